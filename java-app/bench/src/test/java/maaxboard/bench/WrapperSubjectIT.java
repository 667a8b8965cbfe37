// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bench measures, and finds a wrapper that has become several times slower; finer figures are {@code make bench}'s. */
@Timeout(600)
final class WrapperSubjectIT {
    private static final int PAIRS = 20;
    private static final double LEAST_RATIO = 0.2;

    @TempDir
    Path folder;

    @Test
    void eachPairIsMeasuredAndTheWrapperIsNotManyTimesSlowerThanACLoop() throws Exception {
        var rows = new WrapperSubject(PAIRS).measure(folder);
        assertEquals(10, rows.size());
        for (var row : rows) {
            System.out.println(row.what() + ": " + row.ratio() + " of the C loop's speed");
            assertEquals(row.what().startsWith("virtual token") ? PAIRS / 4 : PAIRS, row.ours().length, row.what());
            assertTrue(row.ratio() >= LEAST_RATIO, row.what() + ": " + row.ratio());
        }
    }
}
