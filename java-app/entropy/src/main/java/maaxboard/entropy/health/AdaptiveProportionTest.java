// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Adaptive proportion test, SP 800-90B section 4.4.2, on 8-bit samples and windows of {@link CutOffs#WINDOW}. */
public final class AdaptiveProportionTest {
    private AdaptiveProportionTest() {
    }

    /** How many of the window's samples equal its first, that one counted; fails where this reaches a cut-off. */
    public static int count(byte[] samples, int from) {
        return count(UnitWords.of(samples, from, CutOffs.WINDOW), 0);
    }

    /** The same of samples in words as {@link UnitWords} has them, from the word {@code from} on. */
    static int count(long[] words, int from) {
        return UnitWords.equalTo((byte) words[from], words, from, CutOffs.WINDOW / Long.BYTES);
    }
}
