// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** What followed which context of 1 to 16 bits: two counters each, in one array. */
final class BitContexts {
    static final int DEPTH = 16;

    private final int[] counts = new int[4 << DEPTH];

    /** Where the counters of the last {@code length} bits of {@code history} are. */
    static int of(int history, int length) {
        return (1 << length | history & (1 << length) - 1) << 1;
    }

    /** How often the predicted bit has followed; 0 if the context is not in the dictionary. */
    int bestCount(int context) {
        return Math.max(counts[context], counts[context + 1]);
    }

    /** What followed more often; 1 if both did equally. */
    int prediction(int context) {
        return counts[context] > counts[context + 1] ? 0 : 1;
    }

    int count(int context, int bit) {
        return counts[context + bit];
    }

    void follow(int context, int bit) {
        counts[context + bit]++;
    }
}
