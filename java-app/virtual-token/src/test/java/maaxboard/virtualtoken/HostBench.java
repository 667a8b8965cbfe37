// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import maaxboard.virtualtoken.transport.VpcdTransport;

/** A pcscd of its own for one test, and the host's programs run against it. */
final class HostBench implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    final HostPcscd pcscd;
    private final Path directory;

    HostBench(Path directory) throws IOException {
        this.directory = directory;
        pcscd = HostPcscd.start(directory, 2);
    }

    /** A token for the n-th reader. */
    VirtualToken.Builder token(int reader) {
        return VirtualToken.on(new VpcdTransport(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(reader))));
    }

    /** The output of a program that must succeed, standard error included. */
    String run(String... words) throws IOException, InterruptedException {
        return finish(pcscd.command(words).redirectErrorStream(true), words);
    }

    /** The standard output of a program that must succeed. */
    String output(String... words) throws IOException, InterruptedException {
        return finish(pcscd.command(words).redirectError(ProcessBuilder.Redirect.DISCARD), words);
    }

    private String finish(ProcessBuilder builder, String... words) throws IOException, InterruptedException {
        Path file = Files.createTempFile(directory, "run", ".txt");
        builder.environment().put("GNUPGHOME", directory.resolve("gnupg").toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.redirectInput(Path.of("/dev/null").toFile()).redirectOutput(file.toFile()).start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("it hangs: " + String.join(" ", words));
        }
        String output = Files.readString(file);
        assertEquals(0, process.exitValue(), String.join(" ", words) + "\n" + output);
        return output;
    }

    /** The names of the readers with a card in them. */
    List<String> cards() throws IOException, InterruptedException {
        return run("opensc-tool", "--list-readers").lines()
                .filter(line -> line.contains("Yes"))
                .map(line -> line.substring(line.indexOf("Virtual")))
                .toList();
    }

    void awaitCard(String reader) throws Exception {
        await(() -> cards().contains(reader));
    }

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < until, "nothing happened for " + PATIENCE_SECONDS + " s");
            Thread.sleep(50);
        }
    }

    @Override
    public void close() {
        pcscd.close();
    }
}
