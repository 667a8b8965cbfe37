// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

class SamplesTest {
    private final Random random = new Random(3);

    @Test
    void theWidthIsTheLeastThatHoldsAllSymbols() {
        assertEquals(1, Samples.of(symbols(2, 7000)).bits());
        assertEquals(3, Samples.of(symbols(5, 7000)).bits());
        assertEquals(8, Samples.of(symbols(256, 7000)).bits());
        assertEquals(6, Samples.of(symbols(5, 7000), 6).bits());
    }

    @Test
    void badInputIsRefusedWithALineThatSaysWhatAndWhere() {
        assertRefused("empty", () -> Samples.of(new byte[0]));
        assertRefused("4096", () -> Samples.of(symbols(256, 4095)));
        assertRefused("6006", () -> Samples.of(symbols(2, 6005)));
        assertRefused("1 to 8 bits", () -> Samples.of(symbols(2, 7000), 9));
        byte[] tooWide = symbols(16, 7000);
        tooWide[1234] = 0x10;
        assertRefused("symbol 0x10 at offset 1234 does not fit in 4 bits", () -> Samples.of(tooWide, 4));
    }

    @Test
    void theBitStringBeginsWithTheMostSignificantBit() {
        byte[] symbols = symbols(8, 7000);
        symbols[0] = 0b110;
        symbols[1] = 0b001;
        assertArrayEquals(new byte[] {1, 1, 0, 0, 0, 1}, Arrays.copyOf(Samples.of(symbols, 3).bitstring(), 6));
    }

    @Test
    void symbolsThatDoNotOccurAreClosedUp() {
        byte[] sparse = symbols(4, 7000);
        byte[] dense = sparse.clone();
        for (int i = 0; i < sparse.length; i++) {
            sparse[i] = (byte) (sparse[i] * 80);
        }
        assertArrayEquals(Samples.of(dense).ranked(), Samples.of(sparse).ranked());
    }

    @Test
    void asFewSamplesAsAreAcceptedGiveAnEstimateOfEveryKind() throws InterruptedException {
        for (int alphabet : new int[] {2, 3, 16, 256}) {
            byte[] symbols = symbols(alphabet, alphabet == 2 ? 6006 : 4096);
            var assessment = Assessment.of(Samples.of(symbols));
            double most = Math.log(alphabet) / Math.log(2);
            assertTrue(assessment.estimates().size() >= (alphabet == 2 ? 10 : 16), assessment.toString());
            assertTrue(assessment.minEntropy() >= 0 && assessment.minEntropy() <= most + 1e-9, assessment.toString());
        }
    }

    @Test
    void oneSymbolHasNoEntropy() throws InterruptedException {
        var assessment = Assessment.of(Samples.of(new byte[10_000], 8));
        assertEquals(0, assessment.minEntropy());
        assertEquals(0, assessment.estimates().size());
    }

    @Test
    @Timeout(60)
    void aPeriodicSourceHasNoEntropyToSpeakOf() throws InterruptedException {
        byte[] periodic = new byte[100_000];
        byte[] period = symbols(256, 251);
        for (int i = 0; i < periodic.length; i++) {
            periodic[i] = period[i % period.length];
        }
        assertTrue(Assessment.of(Samples.of(periodic)).minEntropy() < 0.01);
    }

    @Test
    void theSuffixArrayIsThatOfPlainSorting() {
        for (int alphabet : new int[] {1, 2, 3, 256}) {
            for (int length : new int[] {1, 2, 3, 10, 100, 1000}) {
                byte[] text = symbols(alphabet, length);
                var sorted = new Integer[length];
                Arrays.setAll(sorted, i -> i);
                Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(text, a, length, text, b, length));
                var array = SuffixArray.of(text, alphabet);
                assertArrayEquals(Arrays.stream(sorted).mapToInt(i -> i).toArray(), array.suffixes());
                for (int i = 1; i < length; i++) {
                    int common = Arrays.mismatch(text, sorted[i - 1], length, text, sorted[i], length);
                    assertEquals(common, array.prefixes()[i]);
                }
            }
        }
    }

    private static void assertRefused(String words, Executable action) {
        var refusal = assertThrows(IllegalArgumentException.class, action);
        assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    }

    private byte[] symbols(int alphabet, int count) {
        byte[] symbols = new byte[count];
        for (int i = 0; i < count; i++) {
            symbols[i] = (byte) random.nextInt(alphabet);
        }
        symbols[0] = (byte) (alphabet - 1);
        return symbols;
    }

    @Test
    void asManySamplesFitAsTheHeapForThemHolds() {
        for (int count = 4096; count < 5_000_000; count += 4099) {
            assertTrue(Samples.fitting(Samples.heapFor(count)) >= count, "heap for " + count);
            assertTrue(Samples.heapFor(Samples.fitting(Samples.heapFor(count))) <= Samples.heapFor(count), "fitting " + count);
        }
        assertEquals(0, Samples.fitting(0));
    }
}
