// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** SoftHSM2 with tokens of its own in a folder, and programs run against it. */
final class SoftHsm {
    static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    static final String PIN = "471199";

    private final Path folder;

    /** Makes one token for each label. */
    SoftHsm(Path folder, String... labels) throws Exception {
        this.folder = folder;
        Files.createDirectories(folder.resolve("tokens"));
        Files.writeString(folder.resolve("softhsm2.conf"), "directories.tokendir = " + folder.resolve("tokens") + "\n");
        for (var label : labels) {
            var result = run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "99887766");
            if (result.status() != 0) {
                throw new IOException("softhsm2-util: " + result.err());
            }
        }
    }

    /** What became of a program. */
    record Result(int status, byte[] bytes, String err) {
        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
    }

    /** Runs any program to its end. */
    Result run(String... command) throws Exception {
        var err = Files.createTempFile(folder, "stderr", "");
        var builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().putAll(environment());
        var process = builder.start();
        process.getOutputStream().close();
        var out = process.getInputStream().readAllBytes();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " does not end");
        }
        return new Result(process.exitValue(), out, Files.readString(err));
    }

    /** Runs {@code entropy} to its end. */
    Result entropy(String... arguments) throws Exception {
        return run(command(arguments).toArray(String[]::new));
    }

    /** Starts {@code entropy}, its standard error into that file. */
    Process start(Path err, String... arguments) throws IOException {
        return start(err, command(arguments));
    }

    /** Starts any program, likewise. */
    Process start(Path err, List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).redirectError(err.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment());
        return builder.start();
    }

    /** The command line of {@code entropy}. */
    static List<String> command(String... arguments) {
        var path = System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "");
        // A test run in the background ignores these signals and hands that on; the JVM would leave them ignored.
        var command = new ArrayList<>(List.of("env", "--default-signal=HUP,INT",
                System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", path, "maaxboard.entropy.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }
}
