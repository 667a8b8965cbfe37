// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A pcscd of one's own on this host, with Virtual PCD readers and nothing else: for tests. It runs in a mount namespace
 * in which /run is empty but for this instance's directory, so it never meets the host's pcscd or another test's.
 * Programs reach it by the environment of {@link #environment()}.
 *
 * <p>Needs root, or a kernel that lets users make namespaces, and the packages pcscd and vsmartcard-vpcd.
 */
public final class HostPcscd implements AutoCloseable {
    private static final Path DRIVER = Path.of("/usr/lib/pcsc/drivers/serial/libifdvpcd.so");
    /** Each Virtual PCD entry makes two readers, on two ports in a row. */
    private static final int READERS_PER_ENTRY = 2;

    private static final long START_SECONDS = 60;
    private static final String SETUP =
            "mount -t tmpfs none /run && mkdir -p /run/pcscd && mount --bind \"$1\" /run/pcscd && shift && exec \"$@\"";

    private final Path directory;
    private final List<Integer> ports = new ArrayList<>();
    private Process process;

    private HostPcscd(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts one.
     *
     * @param directory an existing directory for its socket, configuration and log; its path must be short enough
     *     for a Unix socket (some 90 characters)
     * @param readers how many readers at least
     * @throws IOException if it does not come up, with the last line of its log
     */
    public static HostPcscd start(Path directory, int readers) throws IOException {
        if (!Files.exists(DRIVER)) {
            throw new IOException(DRIVER + " is missing: install vsmartcard-vpcd");
        }
        var pcscd = new HostPcscd(directory.toAbsolutePath());
        Files.createDirectories(pcscd.runDirectory());
        Files.createDirectories(pcscd.directory.resolve("conf"));
        var configuration = new StringBuilder();
        for (int i = 0; i < readers; i += READERS_PER_ENTRY) {
            int port = pcscd.freePorts();
            configuration.append("""
                    FRIENDLYNAME "Virtual PCD %1$d"
                    DEVICENAME   /dev/null:0x%2$X
                    LIBPATH      %3$s
                    CHANNELID    0x%2$X
                    """.formatted(i / READERS_PER_ENTRY, port, DRIVER));
        }
        Files.writeString(pcscd.directory.resolve("conf/readers"), configuration);
        pcscd.start();
        return pcscd;
    }

    /** The TCP port of the n-th reader, for the vpcd transport. */
    public int port(int reader) {
        return ports.get(reader);
    }

    /** The variables a program must have in its environment to reach this pcscd. */
    public Map<String, String> environment() {
        return Map.of("PCSCLITE_CSOCK_NAME", socket().toString());
    }

    /** The socket of this pcscd, as this process sees it. */
    public Path socket() {
        return runDirectory().resolve("pcscd.comm");
    }

    /** Where pcscd writes what it has to say. */
    public Path log() {
        return directory.resolve("pcscd.log");
    }

    /** A program that reaches this pcscd: its output goes where {@link ProcessBuilder} says. */
    public ProcessBuilder command(String... words) {
        var builder = new ProcessBuilder(words);
        builder.environment().putAll(environment());
        return builder;
    }

    /** Whether it runs. */
    public boolean alive() {
        return process != null && process.isAlive();
    }

    /** The process that runs now. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Kills it as a crash would (SIGKILL). */
    public void kill() {
        process.destroyForcibly();
        join();
    }

    /** Stops the process without ending it (SIGSTOP): it hangs, its socket stays. */
    public void freeze() throws IOException {
        signal("STOP");
    }

    /** Lets it go on after {@link #freeze()}. */
    public void thaw() throws IOException {
        signal("CONT");
    }

    /** Starts it again after {@link #kill()}, on the same ports. */
    public void start() throws IOException {
        Files.deleteIfExists(socket());
        Files.deleteIfExists(runDirectory().resolve("pcscd.pid"));
        var words = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        if (!root()) {
            words.add("--map-root-user");
        }
        Collections.addAll(words, "sh", "-c", SETUP, "pcscd", runDirectory().toString(), "pcscd", "--foreground");
        if (knowsDisablePolkit()) {
            words.add("--disable-polkit");
        }
        Collections.addAll(words, "-c", directory.resolve("conf").toString());
        process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(socket()) || !listening()) {
            if (!process.isAlive() || System.nanoTime() > until) {
                kill();
                throw new IOException("pcscd did not start: "
                        + Files.readString(log()).lines().reduce((a, b) -> b).orElse("it wrote nothing"));
            }
            pause();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    kill();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    private Path runDirectory() {
        return directory.resolve("run");
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static boolean knowsDisablePolkit() throws IOException {
        Process help = new ProcessBuilder("pcscd", "--help").redirectErrorStream(true).start();
        try (var in = help.getInputStream()) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).contains("--disable-polkit");
        }
    }

    private boolean listening() throws IOException {
        // A connection would be taken for a card: the kernel's table tells as much.
        for (int port : ports) {
            String entry = ":%04X 00000000:0000 0A".formatted(port);
            if (!Files.readString(Path.of("/proc/net/tcp")).contains(entry)) {
                return false;
            }
        }
        return true;
    }

    private int freePorts() throws IOException {
        while (true) {
            try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = first.getLocalPort();
                if (port < 65535 && !ports.contains(port) && !ports.contains(port + 1)) {
                    try (var second = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
                        ports.add(port);
                        ports.add(second.getLocalPort());
                        return port;
                    } catch (java.net.BindException e) {
                        // The neighbour is taken: the next try gets another pair.
                    }
                }
            }
        }
    }

    private void signal(String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
        try {
            kill.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
