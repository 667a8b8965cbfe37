// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Adaptive proportion test, SP 800-90B section 4.4.2, on 8-bit samples and windows of {@link CutOffs#WINDOW}. */
public final class AdaptiveProportionTest {
    private AdaptiveProportionTest() {
    }

    /** How many of the window's samples equal its first, that one counted; fails where this reaches a cut-off. */
    public static int count(byte[] samples, int from) {
        byte first = samples[from];
        int count = 0;
        for (int i = from; i < from + CutOffs.WINDOW; i++) {
            if (samples[i] == first) {
                count++;
            }
        }
        return count;
    }
}
