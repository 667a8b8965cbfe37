// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random bytes and PINs stay where they belong. */
class SecretsIT {
    @TempDir
    static Path folder;

    private static SoftHsm hsm;
    private static Path pin;

    @BeforeAll
    static void makeTokens() throws Exception {
        hsm = new SoftHsm(folder.resolve("hsm"), "alpha");
        pin = Files.writeString(folder.resolve("pin"), SoftHsm.PIN + "\n");
    }

    /** A shell that opens the PIN's file as descriptor 3, then becomes {@code entropy}. */
    private static String[] withPinAsDescriptor3(String... arguments) {
        var command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 3<" + pin, "sh"));
        command.addAll(SoftHsm.command(arguments));
        return command.toArray(String[]::new);
    }

    @Test
    void aPinFromADescriptorLogsInAndAppearsNowhere() throws Exception {
        var result = hsm.run(withPinAsDescriptor3("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "--hex",
                "--trace", "--token-label", "alpha", "--pin-source", "fd:3"));
        assertEquals(0, result.status(), result.err());
        assertTrue(result.err().contains("C_Login(session"), result.err());
        assertFalse(result.err().contains(SoftHsm.PIN), result.err());
    }

    @Test
    void aPinFromADescriptorNeedsNoPermissionForItsFileAndMayBeAPipe() throws Exception {
        var locked = Files.writeString(folder.resolve("locked-pin"), SoftHsm.PIN + "\n");
        for (var shell : List.of("exec 3<" + locked + "; chmod 000 " + locked + "; exec \"$@\"",
                "echo " + SoftHsm.PIN + " | { exec 3<&0; exec \"$@\"; }")) {
            var command = new ArrayList<>(unprivileged());
            command.addAll(List.of("sh", "-c", shell, "sh"));
            command.addAll(SoftHsm.command("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "--hex", "--trace",
                    "--pin-source", "fd:3"));
            var result = hsm.run(command.toArray(String[]::new));
            assertEquals(0, result.status(), result.err());
            assertTrue(result.err().contains("C_Login(session"), result.err());
        }
        var missing = hsm.entropy("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "--pin-source", "fd:77");
        assertEquals(74, missing.status(), missing.err());
        assertTrue(missing.err().contains("fd:77: Bad file descriptor"), missing.err());
    }

    @Test
    void theTraceShowsLengthsOnly() throws Exception {
        var result = hsm.entropy("generate", "--module", SoftHsm.MODULE.toString(), "-n", "1024", "--hex", "--trace");
        assertEquals(0, result.status(), result.err());
        assertTrue(result.err().contains("1024 bytes) = CKR_OK (0x0)"), result.err());
        var trace = result.err().toLowerCase(Locale.ROOT);
        var hex = result.out().strip();
        assertEquals(2048, hex.length());
        for (int i = 0; i + 8 <= hex.length(); i++) {
            assertFalse(trace.contains(hex.substring(i, i + 8)), trace);
        }
    }

    @Test
    void theServiceKeepsPinAndBytesOutOfLogTraceAndCommandLineAndItsMemoryToItself() throws Exception {
        var region = Files.write(folder.resolve("region"), new byte[64 * 1024]);
        var log = folder.resolve("log");
        var command = new ArrayList<>(unprivileged());
        command.addAll(List.of(withPinAsDescriptor3("run", "--module", SoftHsm.MODULE.toString(), "--region",
                region.toString(), "--run-directory", folder.resolve("run").toString(), "--pin-source", "fd:3", "--trace",
                "--log-level", "debug")));
        var builder = new ProcessBuilder(command).redirectError(log.toFile()).redirectOutput(log.toFile());
        builder.environment().put("SOFTHSM2_CONF", folder.resolve("hsm/softhsm2.conf").toString());
        var service = builder.start();
        var other = new ProcessBuilder(concat(unprivileged(), "sleep", "100")).start();
        try {
            await(() -> Files.readString(log).contains("region: OK"), log);
            assertFalse(Files.readString(Path.of("/proc/" + service.pid() + "/cmdline")).contains(SoftHsm.PIN));
            assertEquals(0, readEnvironment(other.pid()), "the check itself");
            assertNotEquals(0, readEnvironment(service.pid()), "another process may read the service's memory, and so may a core file");
        } finally {
            other.destroy();
            service.destroy();
            assertTrue(service.waitFor(60, TimeUnit.SECONDS));
        }
        var text = Files.readString(log);
        assertEquals(0, service.exitValue(), text);
        assertTrue(text.contains("C_Login(session"), text);
        assertFalse(text.contains(SoftHsm.PIN), text);
        assertNoRandomBytes(Files.readAllBytes(region), text);
    }

    /** What the region still holds stands in the log neither raw nor in hexadecimal. */
    private static void assertNoRandomBytes(byte[] region, String log) {
        var lower = log.toLowerCase(Locale.ROOT);
        int payloads = 0;
        for (int slot = 4096; slot + 320 <= region.length - 4096; slot += 320) {
            var hex = HexFormat.of().formatHex(region, slot + 64, slot + 72);
            if (!hex.equals("0000000000000000")) {
                payloads++;
                assertFalse(lower.contains(hex), hex);
                assertFalse(log.contains(new String(region, slot + 64, 8, StandardCharsets.UTF_8)), hex);
            }
        }
        assertTrue(payloads > 0, "no slot holds a payload");
    }

    private static List<String> unprivileged() throws Exception {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0
                ? List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all") : List.of();
    }

    private static List<String> concat(List<String> first, String... more) {
        var all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all;
    }

    private static int readEnvironment(long pid) throws Exception {
        return new ProcessBuilder(concat(unprivileged(), "cat", "/proc/" + pid + "/environ"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition, Path log) throws Exception {
        for (int i = 0; i < 600; i++) {
            if (condition.holds()) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError(Files.readString(log));
    }
}
