// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CutOffsTest {
    /** Known values for 2^-30 and 2^-40: repetition count and corrected adaptive proportion. */
    @ParameterizedTest
    @CsvSource({"30,8,5,17", "30,7,6,23", "30,6,6,32", "30,4,9,71", "30,1,31,325",
        "40,8,6,20", "40,7,7,27", "40,6,8,36", "40,4,11,79", "40,1,41,337"})
    void cutOffsAreThoseKnown(int bits, double minEntropy, int repetition, int proportion) {
        assertEquals(new CutOffs(Math.scalb(1.0, -bits), minEntropy, repetition, proportion),
                CutOffs.of(Math.scalb(1.0, -bits), minEntropy));
    }

    /** SP 800-90B section 4.4.2, example cut-offs for alpha = 2^-20; there all W samples are drawn, the first too. */
    @ParameterizedTest
    @CsvSource({"1024,0.2,941", "1024,0.4,840", "1024,0.6,748", "1024,0.8,664", "1024,1,589",
        "512,0.5,410", "512,1,311", "512,2,177", "512,4,62", "512,8,13"})
    void theStandardsExamplesComeOutOfTheSameBinomial(int window, double minEntropy, int cutOff) {
        assertEquals(cutOff, 1 + Binomial.critical(window, Math.pow(2, -minEntropy), 0x1p-20));
    }

    @ParameterizedTest
    @CsvSource({"1,8", "2,8", "4,10", "6,10", "8,10", "1,30", "4,30", "6,30", "8,30", "1,60", "4,60", "6,60", "8,60"})
    void theProportionCutOffAgreesWithWholeNumberArithmetic(int minEntropy, int bits) {
        int draws = CutOffs.WINDOW - 1;
        BigInteger others = BigInteger.TWO.pow(minEntropy).subtract(BigInteger.ONE);
        BigInteger ways = BigInteger.ONE;
        BigInteger tail = BigInteger.ZERO;
        BigInteger limit = BigInteger.TWO.pow(minEntropy * draws - bits);
        int critical = draws;
        for (int k = draws; k >= 0; k--) {
            tail = tail.add(ways.multiply(others.pow(draws - k)));
            if (tail.compareTo(limit) > 0) {
                critical = k;
                break;
            }
            ways = ways.multiply(BigInteger.valueOf(k)).divide(BigInteger.valueOf(draws - k + 1));
        }
        assertEquals(2 + critical, CutOffs.of(Math.scalb(1.0, -bits), minEntropy).proportion());
    }

    @Test
    void absurdClaimsAreRefusedWithALineThatNamesTheRange() {
        assertAll(
                () -> assertRefused(0, 6, "2^-100 to 2^-8"),
                () -> assertRefused(0.5, 6, "2^-100 to 2^-8"),
                () -> assertRefused(Double.NaN, 6, "2^-100 to 2^-8"),
                () -> assertRefused(0x1p-30, 0, "0.1 to 8"),
                () -> assertRefused(0x1p-30, -3, "0.1 to 8"),
                () -> assertRefused(0x1p-30, 8.01, "0.1 to 8"),
                () -> assertRefused(0x1p-30, Double.NaN, "0.1 to 8"));
    }

    private static void assertRefused(double alpha, double minEntropy, String range) {
        var refusal = assertThrows(IllegalArgumentException.class, () -> CutOffs.of(alpha, minEntropy));
        assertTrue(refusal.getMessage().contains(range), refusal.getMessage());
    }
}
