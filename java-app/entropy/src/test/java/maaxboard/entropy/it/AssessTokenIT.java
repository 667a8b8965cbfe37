// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import maaxboard.entropy.assess.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code entropy assess --token} against a real module. */
class AssessTokenIT {
    @TempDir
    Path folder;

    @Test
    void aTokensOwnBytesAreReadAssessedAndReported() throws Exception {
        var hsm = new SoftHsm(folder, "alpha");
        var report = folder.resolve("report.html");
        var run = hsm.entropy("assess", "--token", "--module", SoftHsm.MODULE.toString(), "-n", "20000", "--json",
                "--report", report.toString());
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().startsWith("{\"source\":\"token\",\"samples\":20000,\"bitsPerSymbol\":8,\"distinct\":256,"), run.out());
        assertTrue(Files.readString(report).contains("20&thinsp;000"), "the report counts the samples");
    }

    @Test
    void asManySamplesAreAssessedAsTheHeapAllowsAndMoreAreRefusedInOneLine() throws Exception {
        var hsm = new SoftHsm(folder, "alpha");
        var command = SoftHsm.command("assess", "--token", "--module", SoftHsm.MODULE.toString());
        command.add(command.indexOf("-XX:+UseSerialGC"), "-Xmx24m");
        var run = hsm.run(command.toArray(String[]::new));
        assertEquals(0, run.status(), run.err());
        var matcher = Pattern.compile("token: (\\d+) samples of 8 bits").matcher(run.out());
        assertTrue(matcher.find(), run.out());
        int most = Integer.parseInt(matcher.group(1));
        assertEquals(Samples.fitting(24L << 20), most, 3000); // the JVM keeps a part of it for itself

        command.addAll(List.of("-n", Integer.toString(most + 1)));
        run = hsm.run(command.toArray(String[]::new));
        assertEquals(64, run.status(), run.err());
        assertEquals("entropy: --bytes " + (most + 1) + ": too many samples, " + most
                + " fit into this program's memory; give fewer, or assess them on a larger machine", run.err().strip());

        var file = folder.resolve("samples");
        Files.write(file, new byte[most + 1]);
        command = SoftHsm.command("assess", file.toString());
        command.add(command.indexOf("-XX:+UseSerialGC"), "-Xmx24m");
        run = hsm.run(command.toArray(String[]::new));
        assertEquals(65, run.status(), run.err());
        assertTrue(run.err().startsWith("entropy: " + file + ": too many samples, "), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void withoutATokenItSaysSo() throws Exception {
        var hsm = new SoftHsm(folder);
        var run = hsm.entropy("assess", "--token", "--module", SoftHsm.MODULE.toString());
        assertEquals(69, run.status(), run.err());
    }
}
