// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Repetition count test, SP 800-90B section 4.4.1, on 8-bit samples. A run goes on from unit to unit. */
public final class RepetitionCountTest {
    /** No sample: outside a byte's range. */
    private static final int NONE = Byte.MIN_VALUE - 1;

    private int last = NONE;
    private int run;

    /** Takes a sample and returns the length of the run it ends; it fails where this reaches a cut-off. */
    public int feed(byte sample) {
        return feed(new byte[] {sample});
    }

    /** Takes samples and returns the longest run seen at any of them, what went before included. */
    public int feed(byte[] samples) {
        int longest = Math.min(1, samples.length);
        int value = last;
        int length = run;
        for (byte sample : samples) {
            if (sample != value) {
                value = sample;
                length = 1;
            } else if (length < Integer.MAX_VALUE) {
                length++;
                longest = Math.max(longest, length);
            }
        }
        last = value;
        run = length;
        return longest;
    }

    void reset() {
        last = NONE;
        run = 0;
    }
}
