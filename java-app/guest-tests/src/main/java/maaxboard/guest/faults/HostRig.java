// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.guest.P11KitServer;
import maaxboard.guest.Project;
import maaxboard.virtualtoken.HostPcscd;
import maaxboard.virtualtoken.VirtualToken;
import maaxboard.virtualtoken.transport.VpcdTransport;

/** On this host: pcscd of our own with Virtual PCD readers, the service as a process, the region in two files. */
public final class HostRig implements Rig {
    private static final List<Path> MODULES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so"),
            Path.of("/usr/lib/opensc-pkcs11.so"));
    private static final long DATA_BYTES = 65_536;
    private static final long CONTROL_BYTES = 4_096;

    private static final int CLEAR_TRIES = 20;

    private final String name;
    private final Path folder;
    private final Path module;
    private final Map<String, String> environment;
    private final Path configuration;
    private final String spec;
    private final HostPcscd pcscd;
    private final List<VirtualToken> tokens = new ArrayList<>();
    private final Region region;
    private Process service;

    /** Everything of it lies in the folder, whose path must be short enough for a Unix socket. */
    public HostRig(Path folder) throws IOException {
        this(folder, module(), Map.of());
    }

    /**
     * With another PKCS#11 module.
     *
     * @param environment more variables for the service
     */
    public HostRig(Path folder, Path module, Map<String, String> environment) throws IOException {
        this("host", folder, module, environment);
    }

    private HostRig(String name, Path folder, Path module, Map<String, String> environment) throws IOException {
        this.name = name;
        this.folder = folder;
        this.module = module;
        this.environment = environment;
        configuration = folder.resolve("service.conf");
        Files.writeString(configuration, "");
        spec = file("data", DATA_BYTES) + "," + file("control", CONTROL_BYTES);
        pcscd = HostPcscd.start(folder, 2);
        for (int i = 0; i < 2; i++) {
            var builder = VirtualToken.on(new VpcdTransport(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(i))))
                    .serial(FaultCase.SERIALS.get(i))
                    .hashes(folder.resolve("hashes" + i))
                    .seed(i);
            tokens.add(i == 0 ? builder.start() : builder.unplugged().start());
        }
        startService();
        try {
            region = Region.open(RegionSpec.parse(spec), Region.Role.CONSUMER);
        } catch (RegionException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The service's tokens are those of a link: OpenSC runs in its server, as on another machine. */
    public static HostRig linked(Path folder, P11KitServer link) throws IOException {
        return new HostRig("link", folder, P11KitServer.client(),
                Map.of("P11_KIT_SERVER_ADDRESS", "unix:path=" + link.socket()));
    }

    /** The variables by which OpenSC finds the pcscd of a rig in that folder. */
    public static Map<String, String> pcscdIn(Path folder) {
        return Map.of("PCSCLITE_CSOCK_NAME", folder.resolve("run/pcscd.comm").toString(),
                "OPENSC_CONF", Project.top().resolve("board/maaxboard/opensc.conf").toString());
    }

    private String file(String name, long bytes) throws IOException {
        Path path = folder.resolve(name);
        try (var file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(bytes);
        }
        return path.toString();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void order(int token, String line) {
        tokens.get(token).order(line);
    }

    @Override
    public String status(int token) {
        return tokens.get(token).status().line();
    }

    /** OpenSC's module on this host. */
    public static Path module() throws IOException {
        return MODULES.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IOException("opensc-pkcs11.so is missing: install opensc-pkcs11"));
    }

    /** The first token itself, for what only the host can see. */
    public VirtualToken token() {
        return tokens.getFirst();
    }

    /** The service's process. */
    public Process service() {
        return service;
    }

    /** pcscd's process. */
    public ProcessHandle pcscd() {
        return pcscd.process();
    }

    @Override
    public Path hashes(int token) {
        return folder.resolve("hashes" + token);
    }

    @Override
    public Region region() {
        return region;
    }

    @Override
    public void killPcscd() {
        pcscd.kill();
    }

    @Override
    public void startPcscd() throws IOException {
        pcscd.start();
    }

    @Override
    public void killService() {
        service.destroyForcibly();
        try {
            service.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void startService() throws IOException {
        service = entropy("run", "--config", configuration.toString(), "--module", module.toString(), "--region", spec,
                        "--long-test-time", "30")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .redirectErrorStream(true)
                .start();
    }

    @Override
    public void clear(String serial) throws IOException {
        // A service just started takes a moment to listen, and another to see its token.
        for (int tries = 1; !cleared(serial); tries++) {
            if (tries == CLEAR_TRIES) {
                throw new IOException(Files.readString(folder.resolve("clear")));
            }
        }
    }

    private boolean cleared(String serial) throws IOException {
        Process clear = entropy("clear", "--serial", serial)
                .redirectOutput(folder.resolve("clear").toFile())
                .redirectErrorStream(true)
                .start();
        try {
            if (!clear.waitFor(60, TimeUnit.SECONDS)) {
                clear.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !clear.isAlive() && clear.exitValue() == 0;
    }

    private ProcessBuilder entropy(String command, String... arguments) {
        // A run in the background ignores these signals and hands that on; the JVM would leave them ignored.
        var words = new ArrayList<>(List.of("env", "--default-signal=HUP,INT",
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                // A heap of one size and in memory from the start: what grows then is a leak.
                "-Xms48m", "-Xmx48m", "-XX:+AlwaysPreTouch", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), "maaxboard.entropy.cli.Main", command));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--run-directory", folder.resolve("service").toString()));
        ProcessBuilder builder = pcscd.command(words.toArray(String[]::new));
        builder.environment().putAll(environment);
        builder.environment().put("OPENSC_CONF", Project.top().resolve("board/maaxboard/opensc.conf").toString());
        return builder;
    }

    @Override
    public void select(String serial) throws IOException {
        String text = serial == null ? "" : "serial = " + serial + "\n";
        if (Files.readString(configuration).equals(text)) {
            return;
        }
        Files.writeString(configuration, text);
        if (!service.isAlive()) {
            return;
        }
        int logged = log().length();
        Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(service.pid())).inheritIO().start();
        try {
            kill.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        awaitLog(logged, "configuration read");
    }

    @Override
    public void stepClock(int seconds) {
        throw new UnsupportedOperationException("the host's clock is not ours");
    }

    @Override
    public String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        region.close();
        service.destroyForcibly();
        tokens.forEach(VirtualToken::close);
        pcscd.close();
    }
}
