// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Repetition count test, SP 800-90B section 4.4.1, on 8-bit samples. A run goes on from unit to unit. */
public final class RepetitionCountTest {
    private int last = -1;
    private int run;

    /** Takes a sample and returns the length of the run it ends; it fails where this reaches a cut-off. */
    public int feed(byte sample) {
        return feed(new byte[] {sample});
    }

    /** Takes samples and returns the longest run seen at any of them, what went before included. */
    public int feed(byte[] samples) {
        int longest = 0;
        int value = last;
        int length = run;
        for (byte sample : samples) {
            if ((sample & 0xff) != value) {
                value = sample & 0xff;
                length = 0;
            }
            if (length < Integer.MAX_VALUE) {
                length++;
            }
            if (length > longest) {
                longest = length;
            }
        }
        last = value;
        run = length;
        return longest;
    }

    void reset() {
        last = -1;
        run = 0;
    }
}
