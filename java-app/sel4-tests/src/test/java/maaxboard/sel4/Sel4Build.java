// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What sel4/Makefile builds, and running it. */
final class Sel4Build {
    /** The repository; tests run in their module's folder. */
    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path OUT = Path.of("target/sel4").toAbsolutePath();

    /** What a program said. */
    record Run(int status, String output) {
    }

    private Sel4Build() {
    }

    /** Builds one target of sel4/Makefile and returns it. */
    static Path make(String target) throws IOException, InterruptedException {
        var run = run(300, List.of("make", "-s", "-C", ROOT.resolve("sel4").toString(), "O=" + OUT, OUT + "/" + target));
        if (run.status() != 0) {
            throw new AssertionError("make " + target + " ended with " + run.status() + ":\n" + run.output());
        }
        return OUT.resolve(target);
    }

    /** Runs a program to its end; its two outputs are joined. */
    static Run run(int seconds, List<String> command) throws IOException, InterruptedException {
        var log = Files.createTempFile("sel4-run", ".log");
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(command + " did not end within " + seconds + " s:\n" + Files.readString(log));
            }
            return new Run(process.exitValue(), Files.readString(log));
        } finally {
            Files.delete(log);
        }
    }

    /** A command for {@link RegionPeer}, the Java side of the two-process tests. */
    static List<String> javaPeer() {
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=4", "-Xshare:auto", "-Xmx64m", "-cp", classPath,
                RegionPeer.class.getName()));
    }
}
