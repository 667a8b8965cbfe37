// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/**
 * What the continuous health tests counted in the same samples, window by window, for the report.
 *
 * @param runs             longest run of equal samples in each window
 * @param proportions      samples equal to the first in each window
 * @param runCutOff        where the repetition count test fails
 * @param proportionCutOff where the adaptive proportion test fails
 * @param alpha            false-alarm probability of both, for people
 */
public record HealthHistory(int[] runs, int[] proportions, int runCutOff, int proportionCutOff, String alpha) {
    /** How many windows failed one test or the other. */
    public int failures() {
        int failures = 0;
        for (int i = 0; i < runs.length; i++) {
            failures += runs[i] >= runCutOff || proportions[i] >= proportionCutOff ? 1 : 0;
        }
        return failures;
    }
}
