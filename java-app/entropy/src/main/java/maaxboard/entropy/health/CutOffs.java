// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/**
 * The cut-offs of the two continuous tests for 8-bit samples, computed from the false-alarm probability and the claimed
 * min-entropy. A count that reaches its cut-off fails.
 *
 * @param alpha      false-alarm probability: per sample for the repetition count, per window for the adaptive proportion
 * @param minEntropy claimed min-entropy H in bits a sample
 * @param repetition equal samples in a row: 1 + ceil(-log2(alpha) / H), SP 800-90B section 4.4.1
 * @param proportion samples of a window equal to its first, the first one counted: 2 + critbinom(W - 1, 2^-H, 1 - alpha).
 *                   Section 4.4.2 draws all W samples; the first always equals itself, so only W - 1 are random
 */
public record CutOffs(double alpha, double minEntropy, int repetition, int proportion) {
    /** Samples in a window of the adaptive proportion test, SP 800-90B section 4.4.2 for samples that are not binary. */
    public static final int WINDOW = 512;

    private static final double LEAST_ALPHA = 0x1p-100;
    private static final double MOST_ALPHA = 0x1p-8;
    private static final double LEAST_MIN_ENTROPY = 0.1;

    /**
     * @param alpha      from 2^-100 to 2^-8
     * @param minEntropy from 0.1 to 8 bits a sample
     * @throws IllegalArgumentException outside these ranges; the message is one line for the user
     */
    public static CutOffs of(double alpha, double minEntropy) {
        check(alpha, minEntropy);
        int repetition = 1 + (int) Math.ceil(-log2(alpha) / minEntropy);
        int proportion = 2 + Binomial.critical(WINDOW - 1, Math.pow(2, -minEntropy), alpha);
        return new CutOffs(alpha, minEntropy, repetition, proportion);
    }

    /** The ranges alone: the cut-offs themselves take longer than a command that does not need them should. */
    static void check(double alpha, double minEntropy) {
        if (!(alpha >= LEAST_ALPHA && alpha <= MOST_ALPHA)) {
            throw new IllegalArgumentException("false-alarm probability alpha must be from 2^-100 to 2^-8, not " + alpha);
        }
        if (!(minEntropy >= LEAST_MIN_ENTROPY && minEntropy <= 8)) {
            throw new IllegalArgumentException("claimed min-entropy must be from 0.1 to 8 bits a byte, not " + minEntropy);
        }
    }

    /** Exact for powers of two, so that 2^-30 at H = 6 gives 6 and not, by a rounding error, 7. */
    private static double log2(double x) {
        int exponent = Math.getExponent(x);
        return exponent + Math.log(Math.scalb(x, -exponent)) / Math.log(2);
    }
}
