// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Finds a wrapper that has become slow. Ratios only, with wide margins: no clock of a busy machine decides. */
@Timeout(600)
final class RatiosIT {
    private static final int PAIRS = 40;

    @TempDir
    Path folder;

    @Test
    void theWrapperIsNearlyAsFastAsACLoop() throws Exception {
        List<Row> rows = new WrapperSubject(PAIRS).measure(folder);
        atLeast(0.6, rows, "SoftHSM2, 256 bytes");
        atLeast(0.5, rows, "SoftHSM2, 256 bytes, C1");
        atLeast(0.8, rows, "virtual token, 32 bytes, C1");
    }

    private static void atLeast(double ratio, List<Row> rows, String what) {
        var row = rows.stream().filter(each -> each.what().equals(what)).findFirst().orElseThrow();
        assertTrue(row.ratio() >= ratio, what + ": " + row.ratio() + " of the C loop's speed, expected at least " + ratio);
    }
}
