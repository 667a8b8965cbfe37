// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** How well a predictor did, and the estimate that follows: the last steps of SP 800-90B sections 6.3.7 to 6.3.10. */
final class Score {
    private static final double LOG_CONFIDENCE = Math.log(0.99);
    /** As many as NIST's tool allows; the iteration is monotonic and mostly done after a few. */
    private static final int ITERATIONS = 66;

    private long correct;
    private long run;
    private long longestRun;

    void hit() {
        correct++;
        run++;
        longestRun = Math.max(longestRun, run);
    }

    void miss() {
        run = 0;
    }

    /**
     * @param predictions how many were due
     * @param alphabet    different symbols
     */
    double minEntropy(long predictions, int alphabet) {
        double global = (double) correct / predictions;
        double p = global > 0 ? Bounds.upper(global, predictions) : 1 - Math.pow(0.01, 1.0 / predictions);
        p = Math.max(p, 1.0 / alphabet);
        long r = longestRun + 1;
        if (p < 1 && logNoRun(p, r, predictions) > LOG_CONFIDENCE) {
            p = Math.max(p, Bounds.solveDecreasing(x -> logNoRun(x, r, predictions), LOG_CONFIDENCE, p, 1));
        }
        return Bounds.bits(p);
    }

    /**
     * Log of the probability that n predictions, each right with p, have no run of r right ones (Feller, vol. 1, XIII.7).
     * The root x is close to 1, so x - 1 is iterated; the logarithms would lose it otherwise.
     */
    private static double logNoRun(double p, long r, long n) {
        double q = 1 - p;
        double base = q * Math.pow(p, r);
        double y = 0;
        for (int i = 0; i < ITERATIONS; i++) {
            double next = base * Math.exp((r + 1) * Math.log1p(y));
            boolean done = next - y <= 1e-17 * next;
            y = next;
            if (done) {
                break;
            }
        }
        double log = Math.log(q - p * y) - Math.log((1 - r * y) * q) - (n + 1) * Math.log1p(y);
        return Double.isNaN(log) ? Double.NEGATIVE_INFINITY : log;
    }
}
