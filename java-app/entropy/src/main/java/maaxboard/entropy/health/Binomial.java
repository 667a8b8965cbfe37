// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Upper tails of the binomial distribution, precise where they are small: that is where cut-offs live. Up to 2,048 draws. */
final class Binomial {
    private static final double[] LOG_FACTORIALS = new double[2049];

    static {
        for (int i = 1; i < LOG_FACTORIALS.length; i++) {
            LOG_FACTORIALS[i] = LOG_FACTORIALS[i - 1] + Math.log(i);
        }
    }

    private Binomial() {
    }

    /**
     * The smallest k with P(X &gt; k) &lt;= alpha for X of n draws that each hit with probability p. A spreadsheet's
     * {@code CRITBINOM(n, p, 1 - alpha)}, without the loss of 1 - alpha in a double.
     */
    static int critical(int n, double p, double alpha) {
        double tail = 0;
        for (int k = n; k > 0; k--) {
            tail += Math.exp(logMass(n, k, p));
            if (tail > alpha) {
                return k;
            }
        }
        return 0;
    }

    /** P(X &gt;= k), summed from the smallest term on. */
    static double atLeast(int n, int k, double p) {
        double tail = 0;
        for (int i = n; i >= k; i--) {
            tail += Math.exp(logMass(n, i, p));
        }
        return Math.min(1, tail);
    }

    private static double logMass(int n, int k, double p) {
        return k * Math.log(p) + (n - k) * Math.log1p(-p) + LOG_FACTORIALS[n] - LOG_FACTORIALS[k] - LOG_FACTORIALS[n - k];
    }
}
