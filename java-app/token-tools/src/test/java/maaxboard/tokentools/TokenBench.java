// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A folder with SoftHSM2 tokens, PIN files and a certificate authority of its own, and programs that run in it. */
final class TokenBench {
    static final String SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so";
    static final String PIN = "471199";
    static final String SO_PIN = "99887766";

    private static final long PATIENCE_SECONDS = 120;

    final Path folder;
    private final Map<String, String> environment = new HashMap<>();

    /** @param more variables of the programs' environment */
    TokenBench(Path folder, Map<String, String> more) throws IOException {
        this.folder = Files.createDirectories(folder);
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(file("softhsm2.conf"), "directories.tokendir = " + folder.resolve("tokens") + "\n");
        Files.writeString(file("pin"), PIN + "\n");
        Files.writeString(file("so-pin"), SO_PIN + "\n");
        Files.writeString(file("wrong-pin"), "000000\n");
        environment.put("SOFTHSM2_CONF", file("softhsm2.conf").toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.putAll(more);
    }

    TokenBench(Path folder) throws IOException {
        this(folder, Map.of());
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** What became of a program. */
    record Result(int status, String out, String err) {
    }

    /** Runs a program in the folder to its end. */
    Result run(String... command) throws Exception {
        var out = Files.createTempFile(folder, "out", "");
        var err = Files.createTempFile(folder, "err", "");
        var process = start(out, err, command);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("it hangs: " + String.join(" ", command));
        }
        return new Result(process.exitValue(), Files.readString(out, StandardCharsets.ISO_8859_1), Files.readString(err));
    }

    Process start(Path out, Path err, String... command) throws IOException {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** A program that runs until the test ends it, its output in that file of the folder. */
    Process background(String log, String... command) throws IOException {
        return start(file(log), file(log), command);
    }

    /** Sets a variable for the programs that are started from now on. */
    void set(String variable, String value) {
        environment.put(variable, value);
    }

    /** Waits until a file of the folder says so. */
    void awaitText(String log, String text) throws Exception {
        for (int i = 0; !Files.exists(file(log)) || !Files.readString(file(log)).contains(text); i++) {
            if (i > 1200) {
                fail(log + " does not say '" + text + "':\n" + Files.readString(file(log)));
            }
            Thread.sleep(50);
        }
    }

    /** Waits until a file says the one text behind the other. */
    void awaitAgain(String log, String first, String then) throws Exception {
        for (int i = 0; Files.readString(file(log)).lastIndexOf(then) < Files.readString(file(log)).lastIndexOf(first); i++) {
            if (i > 1800) {
                fail(log + " does not say '" + then + "' behind '" + first + "':\n" + Files.readString(file(log)));
            }
            Thread.sleep(50);
        }
    }

    /** A TCP port of this host that nobody listens on now. */
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The first file that fits a shell's pattern: Debian's folders carry the architecture's name. */
    String find(String pattern) throws Exception {
        return good("sh", "-c", "ls " + pattern + " | head -n 1").strip();
    }

    /** Runs {@code entropy} to its end. */
    Result entropy(String... arguments) throws Exception {
        var command = command(List.of(arguments));
        command.replaceAll(word -> word.equals("maaxboard.tokentools.cli.Main") ? "maaxboard.entropy.cli.Main" : word);
        return run(command.toArray(String[]::new));
    }

    /** The output of a program that must succeed. */
    String good(String... command) throws Exception {
        var result = run(command);
        assertEquals(0, result.status(), String.join(" ", command) + "\n" + result.out() + result.err());
        return result.out();
    }

    /** Runs {@code token} to its end: in this process where that is enough. */
    Result token(List<String> which, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(which);
        return which.contains(SOFTHSM) ? Invocation.of(environment.get("SOFTHSM2_CONF"), folder, all)
                : run(command(all).toArray(String[]::new));
    }

    /** What {@code token} prints, which must succeed. */
    String tokenGood(List<String> which, String... arguments) throws Exception {
        var result = token(which, arguments);
        assertEquals(0, result.status(), String.join(" ", arguments) + "\n" + result.out() + result.err());
        return result.out();
    }

    /** The options that name a SoftHSM2 token and the user's PIN. */
    List<String> softHsm(String label) {
        return List.of("--module", SOFTHSM, "--token-label", label, "--pin-source", "file:" + file("pin"));
    }

    /** Makes a SoftHSM2 token with SoftHSM2's own tool. */
    void makeToken(String label) throws Exception {
        good("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN);
    }

    /** The command line of {@code token}. */
    static List<String> command(List<String> arguments) {
        var path = System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "");
        // A test run in the background ignores these signals and hands that on; the JVM would leave them ignored.
        var command = new ArrayList<>(List.of("env", "--default-signal=HUP,INT",
                System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", path, "maaxboard.tokentools.cli.Main"));
        command.addAll(arguments);
        return command;
    }

    /** Makes ca.pem and ca.key. */
    void makeAuthority() throws Exception {
        good("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                "-out", "ca.pem", "-subj", "/CN=Test CA", "-days", "2");
    }

    /** The authority signs a request. */
    void sign(String request, String certificate) throws Exception {
        good("openssl", "x509", "-req", "-in", request, "-CA", "ca.pem", "-CAkey", "ca.key", "-copy_extensions", "copy",
                "-days", "1", "-out", certificate);
    }
}
