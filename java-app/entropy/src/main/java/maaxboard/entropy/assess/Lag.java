// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.Arrays;

/** The lag predictor, SP 800-90B section 6.3.8: 128 sub-predictors, each of which expects the symbol of so many ago. */
final class Lag {
    private static final int LAGS = 128;

    private final Score score = new Score();
    /** How often each lag was right. */
    private final int[] correct = new int[LAGS + 1];
    private int winner = 1;

    private Lag() {
    }

    static double estimate(byte[] symbols, int alphabet) {
        var lag = new Lag();
        if (alphabet == 2) {
            lag.runBits(symbols);
        } else {
            lag.runSymbols(symbols, symbols.length);
        }
        return lag.score.minEntropy(symbols.length - 1, alphabet);
    }

    /** Each symbol is chained to its last occurrence, so that only the lags that were right are looked at. */
    private void runSymbols(byte[] symbols, int end) {
        int[] earlier = new int[end];
        int[] lastSeen = new int[256];
        Arrays.fill(lastSeen, -1);
        for (int i = 0; i < end; i++) {
            int actual = symbols[i] & 0xff;
            if (i > 0) {
                predicted(symbols[i - winner] == symbols[i]);
            }
            earlier[i] = lastSeen[actual];
            lastSeen[actual] = i;
            for (int at = earlier[i]; at >= 0 && i - at <= LAGS; at = earlier[at]) {
                right(i - at);
            }
        }
    }

    /**
     * Of bits every second lag is right, so 64 steps are taken at once: how often a lag is right in them is a count of
     * bits, and only the lags that can overtake the winner in these steps are followed one by one.
     */
    private void runBits(byte[] bits) {
        int n = bits.length;
        int i = Math.min(n, LAGS);
        runSymbols(bits, i);
        long[] words = pack(bits);
        long[] matches = new long[LAGS + 1];
        int[] rivals = new int[LAGS];
        for (; i < n; i += Long.SIZE) {
            int steps = Math.min(Long.SIZE, n - i);
            long valid = -1L >>> Long.SIZE - steps;
            long now = word(words, i);
            int most = correct[winner];
            int count = 0;
            for (int lag = 1; lag <= LAGS; lag++) {
                matches[lag] = ~(now ^ word(words, i - lag)) & valid;
                int after = correct[lag] + Long.bitCount(matches[lag]);
                if (after >= most) {
                    rivals[count++] = lag;
                } else {
                    correct[lag] = after;
                }
            }
            for (int step = 0; step < steps; step++) {
                predicted((matches[winner] >>> step & 1) != 0);
                for (int r = 0; r < count; r++) {
                    if ((matches[rivals[r]] >>> step & 1) != 0) {
                        right(rivals[r]);
                    }
                }
            }
        }
    }

    private void predicted(boolean right) {
        if (right) {
            score.hit();
        } else {
            score.miss();
        }
    }

    private void right(int lag) {
        if (++correct[lag] >= correct[winner]) {
            winner = lag;
        }
    }

    /** Bit i of the text is bit i % 64 of word i / 64; one word more than needed. */
    private static long[] pack(byte[] bits) {
        long[] words = new long[bits.length / Long.SIZE + 2];
        for (int i = 0; i < bits.length; i++) {
            words[i / Long.SIZE] |= (long) bits[i] << i;
        }
        return words;
    }

    private static long word(long[] words, int from) {
        int shift = from % Long.SIZE;
        long low = words[from / Long.SIZE] >>> shift;
        return shift == 0 ? low : low | words[from / Long.SIZE + 1] << Long.SIZE - shift;
    }
}
