// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/**
 * A keyed hash of 64 bits for pieces of four words: the sum of the words' products with odd multipliers (multilinear hashing,
 * Carter and Wegman, 1979). Of uniform words two have the same hash with a probability of 2^-64.
 */
final class PieceHash {
    private static final long STEP = 6364136223846793005L; // Knuth's for a linear congruential generator
    private final long first;
    private final long second;
    private final long third;
    private final long fourth;

    PieceHash(long key) {
        long state = key;
        first = multiplier(state = state * STEP + 1);
        second = multiplier(state = state * STEP + 1);
        third = multiplier(state = state * STEP + 1);
        fourth = multiplier(state * STEP + 1);
    }

    private static long multiplier(long state) {
        return (state ^ state >>> Integer.SIZE) | 1;
    }

    /** Of the {@link PieceMemory#PIECE} bytes whose words begin at {@code from}. */
    long hash(long[] words, int from) {
        long sum = words[from] * first + words[from + 1] * second + words[from + 2] * third + words[from + 3] * fourth;
        // A product's low bits know nothing of the high ones, and PieceHistory looks at the low ones first.
        return sum ^ sum >>> Integer.SIZE;
    }
}
