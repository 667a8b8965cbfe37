// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssessTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsAssessedAndTheLastLineHoldsItAgainstTheClaim() throws Exception {
        var run = Invocation.of("assess", file(10_000, 256));
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertEquals(17, run.out().lines().filter(line -> line.startsWith("6.3.")).count());
        assertTrue(run.out().lines().toList().getLast().matches("assessed min-entropy [5-7]\\.\\d{12} bits a symbol.*"), run.out());
    }

    @Test
    void standardInputIsAssessedAsJson() {
        byte[] bits = new byte[10_000];
        var random = new Random(1);
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) random.nextInt(2);
        }
        var run = Invocation.withInput(bits, "assess", "-", "--json", "--bits", "1");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(run.out().startsWith("{\"source\":\"standard input\",\"samples\":10000,\"bitsPerSymbol\":1,"), run.out());
        assertFalse(run.out().contains("hBitstring"));
    }

    @Test
    void theReportIsWrittenWholeAndNotAtAllForBadSamples() throws Exception {
        var report = folder.resolve("report.html");
        assertEquals(ExitCode.OK, Invocation.of("assess", file(10_000, 256), "--report", report.toString()).code());
        var page = Files.readString(report);
        assertTrue(page.startsWith("<!doctype html>") && page.endsWith("</html>\n"), "whole");
        assertTrue(page.contains("health test history"), "8-bit samples are shown to the health tests too");
        Files.delete(report);
        assertEquals(ExitCode.DATA, Invocation.of("assess", file(100, 256), "--report", report.toString()).code());
        assertFalse(Files.exists(report));
    }

    @Test
    void badInputIsOneLineAndAnExitCode() throws Exception {
        assertRefused(ExitCode.USAGE, "expected either a FILE", "assess");
        assertRefused(ExitCode.USAGE, "expected either a FILE", "assess", "--token", file(10_000, 256));
        assertRefused(ExitCode.USAGE, "--bits '9': expected 1 to 8", "assess", "--bits", "9", file(10_000, 256));
        assertRefused(ExitCode.USAGE, "--bits 'x': expected 1 to 8", "assess", "--bits", "x", file(10_000, 256));
        assertRefused(ExitCode.NO_INPUT, "nowhere", "assess", folder.resolve("nowhere").toString());
        assertRefused(ExitCode.NO_INPUT, "is a folder", "assess", folder.toString());
        assertRefused(ExitCode.DATA, "the input is empty", "assess", file(0, 256));
        assertRefused(ExitCode.DATA, "too few samples: 4000", "assess", file(4_000, 256));
        assertRefused(ExitCode.DATA, "does not fit in 4 bits", "assess", "--bits", "4", file(10_000, 256));
        assertRefused(ExitCode.USAGE, "claimed-entropy", "assess", "--claimed-entropy", "9", file(10_000, 256));
        assertRefused(ExitCode.USAGE, "claimed-entropy", "assess", "--claimed-entropy", "0", file(10_000, 256));
        assertRefused(ExitCode.CANNOT_CREATE, "output", "assess", file(10_000, 256), "--report",
                folder.resolve("no/such/report.html").toString());
        var configuration = folder.resolve("bad.conf");
        Files.writeString(configuration, "claimed-entropy = lots\n");
        assertRefused(ExitCode.CONFIGURATION, "claimed-entropy", "assess", "--config", configuration.toString(),
                file(10_000, 256));
    }

    @Test
    void theSelfTestPassesAndSaysWhatItChecked() {
        var run = Invocation.of("selftest");
        assertEquals(ExitCode.OK, run.code(), run.err());
        assertTrue(run.out().contains("ok    KMAC256 vector of SP 800-185"), run.out());
        assertTrue(run.out().contains("9 of 9 checks passed"), run.out());
        assertEquals("", Invocation.of("selftest", "--quiet").out());
    }

    private static void assertRefused(ExitCode code, String words, String... arguments) {
        var run = Invocation.of(arguments);
        assertEquals(code, run.code(), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains(words), run.err());
        assertEquals("", run.out());
    }

    private String file(int size, int alphabet) throws Exception {
        var file = folder.resolve(size + "-" + alphabet + ".bin");
        byte[] bytes = new byte[size];
        var random = new Random(size);
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) random.nextInt(alphabet);
        }
        Files.write(file, bytes);
        return file.toString();
    }
}
