// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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
    void withoutATokenItSaysSo() throws Exception {
        var hsm = new SoftHsm(folder);
        var run = hsm.entropy("assess", "--token", "--module", SoftHsm.MODULE.toString());
        assertEquals(69, run.status(), run.err());
    }
}
