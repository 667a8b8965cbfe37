// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** What followed which context of 1 to 16 bits: two counters each, in one array. */
final class BitContexts {
    static final int DEPTH = 16;

    /** Counters of zeros and ones, of the context that {@link #of} numbers. */
    final int[] counts = new int[4 << DEPTH];

    /** Where the counters of the last {@code length} bits of {@code history} are. */
    static int of(int history, int length) {
        return (1 << length | history & (1 << length) - 1) << 1;
    }

    /** What followed more often; 1 if both did equally. Without a branch: with good bits it would be taken every second time. */
    static int prediction(int zeros, int ones) {
        return 1 ^ ones - zeros >>> 31;
    }
}
