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
        return feed(samples, 0, samples.length);
    }

    /**
     * The same, of samples that are there in words, too, as {@link UnitWords} has them: of eight neither of which equals the
     * one before it only the last needs to be known.
     */
    int feed(byte[] samples, long[] words) {
        int longest = Math.min(1, samples.length);
        for (int i = 0; i < words.length; i++) {
            long before = i == 0 ? last & 0xff : words[i - 1] >>> Long.SIZE - Byte.SIZE;
            long differs = words[i] ^ (words[i] << Byte.SIZE | before);
            if ((differs - UnitWords.ONES & ~differs & UnitWords.HIGH_BITS) == 0) {
                last = samples[i * Long.BYTES + Long.BYTES - 1];
                run = 1;
            } else {
                longest = Math.max(longest, feed(samples, i * Long.BYTES, (i + 1) * Long.BYTES));
            }
        }
        return longest;
    }

    private int feed(byte[] samples, int from, int to) {
        int longest = Math.min(1, to - from);
        int value = last;
        int length = run;
        for (int i = from; i < to; i++) {
            byte sample = samples[i];
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
