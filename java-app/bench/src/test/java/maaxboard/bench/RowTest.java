// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowTest {
    @Test
    void aRatioIsTheMedianOverPairsNotOfMedians() {
        var row = new Row("w", "ns", new double[] {1, 10, 100}, "o", new double[] {2, 10, 90}, 0.95);
        assertEquals(1.0, row.ratio());
        assertTrue(row.holds());
    }

    @Test
    void aFigureWithoutAPairIsHeldToAMost() {
        assertTrue(Row.alone("w", "s", 0.6, 0.5, 0.6, 0.9).holds());
        assertFalse(Row.alone("w", "s", 0.6, 0.5, 0.7, 0.9).holds());
    }

    @Test
    void resultsAreReadAsTheyWereWritten(@TempDir Path folder) throws Exception {
        var result = new Result("s", "a \"b\"", "m", "w", "1 before, 2 after",
                List.of(new Row("w", "ns", new double[] {1.5, 2}, "o", new double[] {3, 4}, 0.9), Row.alone("x", "s", 0, 7)));
        result.write(folder.resolve("s.json"));
        var read = Result.read(folder.resolve("s.json"));
        assertEquals(result.subject() + result.about() + result.machine() + result.when() + result.load(),
                read.subject() + read.about() + read.machine() + read.when() + read.load());
        assertEquals(2, read.rows().size());
        assertEquals("o", read.rows().getFirst().against());
        assertArrayEquals(new double[] {1.5, 2}, read.rows().getFirst().ours());
        assertArrayEquals(new double[] {3, 4}, read.rows().getFirst().other());
        assertEquals(0.9, read.rows().getFirst().target());
        assertFalse(read.rows().get(1).paired());
    }
}
