// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/**
 * The four tests on 20,000 bits of FIPS 140-2 section 4.9.1, with the bounds of its change notice 1. A good source fails
 * about one block in 1,250: this is an intermittent fault, never more.
 */
final class Fips140 {
    static final int BLOCK_BYTES = 2500;

    private static final int BLOCK_BITS = 8 * BLOCK_BYTES;
    private static final int LONG_RUN = 26;
    private static final int[] LEAST_RUNS = {2315, 1114, 527, 240, 103, 103};
    private static final int[] MOST_RUNS = {2685, 1386, 723, 384, 209, 209};

    private Fips140() {
    }

    /** True if the first 2,500 bytes pass the monobit, poker, runs and long run tests; most significant bit first. */
    static boolean passes(byte[] block) {
        return monobit(block) && poker(block) && runs(block);
    }

    private static boolean monobit(byte[] block) {
        int ones = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            ones += Integer.bitCount(block[i] & 0xff);
        }
        return ones > 9725 && ones < 10275;
    }

    private static boolean poker(byte[] block) {
        long[] count = new long[16];
        for (int i = 0; i < BLOCK_BYTES; i++) {
            count[block[i] >> 4 & 15]++;
            count[block[i] & 15]++;
        }
        long squares = 0;
        for (long c : count) {
            squares += c * c;
        }
        double x = 16.0 / 5000 * squares - 5000;
        return x > 2.16 && x < 46.17;
    }

    private static boolean runs(byte[] block) {
        int[][] runs = new int[2][LEAST_RUNS.length];
        int length = 0;
        for (int i = 0; i < BLOCK_BITS; i++) {
            int bit = bit(block, i);
            length++;
            if (length >= LONG_RUN) {
                return false;
            }
            if (i + 1 == BLOCK_BITS || bit(block, i + 1) != bit) {
                runs[bit][Math.min(length, LEAST_RUNS.length) - 1]++;
                length = 0;
            }
        }
        for (int[] ofBit : runs) {
            for (int i = 0; i < LEAST_RUNS.length; i++) {
                if (ofBit[i] < LEAST_RUNS[i] || ofBit[i] > MOST_RUNS[i]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int bit(byte[] block, int i) {
        return block[i / 8] >> 7 - i % 8 & 1;
    }
}
