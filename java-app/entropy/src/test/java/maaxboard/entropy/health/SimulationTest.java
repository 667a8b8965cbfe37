// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The continuous tests on sources that have exactly the min-entropy claimed: 2^H symbols, all alike. The alarms counted
 * must agree with the exact rate of the discrete test, within 4 standard deviations, where 1,000 or more are expected.
 */
class SimulationTest {
    private static final int EXPECTED = 1_100;

    private final SplittableRandom random = new SplittableRandom(90);

    /** Every sample is drawn and fed. A run reaches the cut-off C once, with probability (1 - q) q^(C - 1) a sample. */
    @ParameterizedTest
    @CsvSource({"1,10", "4,10", "6,10", "8,10", "1,14", "4,14", "8,14"})
    void runsReachTheirCutOffAsOftenAsTheyShould(int minEntropy, int alphaBits) {
        double q = Math.scalb(1.0, -minEntropy);
        int cutOff = CutOffs.of(Math.scalb(1.0, -alphaBits), minEntropy).repetition();
        double rate = (1 - q) * Math.pow(q, cutOff - 1);
        long samples = (long) (EXPECTED / rate);
        int mask = (1 << minEntropy) - 1;
        var test = new RepetitionCountTest();
        long alarms = 0;
        for (long i = 0; i < samples; i += 8) {
            long word = random.nextLong();
            for (int j = 0; j < 64; j += 8) {
                alarms += test.feed((byte) (word >>> j & mask)) == cutOff ? 1 : 0;
            }
        }
        assertNear(samples * rate, alarms);
    }

    /** Every window is drawn and counted. */
    @ParameterizedTest
    @CsvSource({"1,10", "4,10", "6,10", "8,10"})
    void windowsReachTheirCutOffAsOftenAsTheyShould(int minEntropy, int alphaBits) {
        int cutOff = CutOffs.of(Math.scalb(1.0, -alphaBits), minEntropy).proportion();
        double rate = Binomial.atLeast(CutOffs.WINDOW - 1, cutOff - 1, Math.scalb(1.0, -minEntropy));
        long windows = (long) (EXPECTED / rate);
        byte mask = (byte) ((1 << minEntropy) - 1);
        byte[] window = new byte[CutOffs.WINDOW];
        long alarms = 0;
        for (long i = 0; i < windows; i++) {
            random.nextBytes(window);
            for (int j = 0; j < window.length; j++) {
                window[j] &= mask;
            }
            alarms += AdaptiveProportionTest.count(window, 0) >= cutOff ? 1 : 0;
        }
        assertNear(windows * rate, alarms);
    }

    /**
     * Down to 2^-18, of all runs those that cannot come near the cut-off are counted without being drawn: how many of n
     * runs are longer than k is binomial, and what is above k is as long as any run.
     */
    @ParameterizedTest
    @CsvSource({"1,10", "1,14", "1,18", "4,10", "4,14", "4,18", "6,10", "6,14", "6,18", "8,10", "8,14", "8,18"})
    void longRunsAreFoundAsOftenAsTheyShouldDownToTwoToTheMinus18(int minEntropy, int alphaBits) {
        double q = Math.scalb(1.0, -minEntropy);
        int cutOff = CutOffs.of(Math.scalb(1.0, -alphaBits), minEntropy).repetition();
        long runs = (long) (EXPECTED / Math.pow(q, cutOff - 1));
        int sure = Math.max(1, cutOff - 2);
        long longRuns = binomial(runs, Math.pow(q, sure - 1));
        var test = new RepetitionCountTest();
        long alarms = 0;
        for (long run = 0; run < longRuns; run++) {
            byte symbol = (byte) (run & 1);
            int length = sure;
            while (random.nextDouble() < q) {
                length++;
            }
            for (int i = 0; i < length; i++) {
                alarms += test.feed(symbol) == cutOff ? 1 : 0;
            }
        }
        assertNear(runs * Math.pow(q, cutOff - 1), alarms);
    }

    /** The same for windows: those with fewer hits than some number below the cut-off are counted without being drawn. */
    @ParameterizedTest
    @CsvSource({"1,10", "1,14", "1,18", "4,10", "4,14", "4,18", "6,10", "6,14", "6,18", "8,10", "8,14", "8,18"})
    void fullWindowsAreFoundAsOftenAsTheyShouldDownToTwoToTheMinus18(int minEntropy, int alphaBits) {
        int draws = CutOffs.WINDOW - 1;
        double q = Math.scalb(1.0, -minEntropy);
        int cutOff = CutOffs.of(Math.scalb(1.0, -alphaBits), minEntropy).proportion();
        double rate = Binomial.atLeast(draws, cutOff - 1, q);
        long windows = (long) (EXPECTED / rate);
        int least = cutOff - 1;
        while (least > 1 && Binomial.atLeast(draws, least - 1, q) < 64 * rate) {
            least--;
        }
        double near = Binomial.atLeast(draws, least, q);
        long nearWindows = binomial(windows, near);
        double[] atLeast = new double[draws + 2];
        for (int hits = least; hits <= draws; hits++) {
            atLeast[hits] = Binomial.atLeast(draws, hits, q) / near;
        }
        byte[] window = new byte[CutOffs.WINDOW];
        long alarms = 0;
        for (long i = 0; i < nearWindows; i++) {
            double u = random.nextDouble();
            int hits = least;
            while (hits < draws && u < atLeast[hits + 1]) {
                hits++;
            }
            alarms += AdaptiveProportionTest.count(withHits(window, hits), 0) >= cutOff ? 1 : 0;
        }
        assertNear(windows * rate, alarms);
    }

    @ParameterizedTest
    @CsvSource({"6", "8"})
    void atTheShippedAlphasOneHundredMillionGoodBytesRaiseNoAlarmAndLoseNoUnit(double minEntropy) {
        var health = new TokenHealth(HealthPolicy.DEFAULT.withMinEntropy(minEntropy));
        int units = 100_000_000 / CutOffs.WINDOW + 1;
        byte[] unit = new byte[CutOffs.WINDOW];
        for (int i = 0; i < units; i++) {
            random.nextBytes(unit);
            health.judge(unit);
        }
        var status = health.status();
        assertEquals(0, status.alarms());
        assertEquals(0, status.dropped());
        assertEquals(units - 2, status.published());
    }

    @Test
    void theBinomialDrawsUsedHereHaveTheRightMeanAndSpread() {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 20_000; i++) {
            double deviation = (binomial(1_000_000, 0.01) - 10_000) / Math.sqrt(9_900);
            sum += deviation;
            squares += deviation * deviation;
        }
        assertEquals(0, sum / 20_000, 0.03);
        assertEquals(1, squares / 20_000, 0.05);
    }

    private byte[] withHits(byte[] window, int hits) {
        Arrays.fill(window, (byte) 1);
        window[0] = 0;
        for (int left = hits; left > 0; ) {
            int at = 1 + random.nextInt(CutOffs.WINDOW - 1);
            if (window[at] != 0) {
                window[at] = 0;
                left--;
            }
        }
        return window;
    }

    /** Normal approximation: the counts here are above 1,000 and far below n, or n itself. */
    private long binomial(long n, double p) {
        return p >= 1 ? n : Math.round(n * p + random.nextGaussian() * Math.sqrt(n * p * (1 - p)));
    }

    private static void assertNear(double expected, long counted) {
        double sigma = Math.sqrt(expected);
        assertTrue(expected >= 1000, "only " + expected + " expected");
        assertTrue(Math.abs(counted - expected) <= 4 * sigma, "counted " + counted + ", expected " + expected);
    }
}
