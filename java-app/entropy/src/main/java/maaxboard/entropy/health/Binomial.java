// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Upper tails of the binomial distribution, precise where they are small: that is where cut-offs live. Up to 2,048 draws. */
final class Binomial {
    private static final int MOST_DRAWS = 2048;
    // Filled by a method: while a class is being initialised, its static fields are looked up anew at each use.
    private static final double[] LOG_FACTORIALS = logFactorials();
    private static final double LEAST_LOG_MASS = -200;

    private Binomial() {
    }

    private static double[] logFactorials() {
        var logs = new double[MOST_DRAWS + 1];
        for (int i = 1; i < logs.length; i++) {
            logs[i] = logs[i - 1] + Math.log(i);
        }
        return logs;
    }

    /**
     * The smallest k with P(X &gt; k) &lt;= alpha for X of n draws that each hit with probability p. A spreadsheet's
     * {@code CRITBINOM(n, p, 1 - alpha)}, without the loss of 1 - alpha in a double.
     *
     * @param alpha at least 2^-100
     */
    static int critical(int n, double p, double alpha) {
        int k = lastThatCounts(n, p);
        double mass = Math.exp(logMass(n, k, p));
        double odds = (1 - p) / p;
        double tail = mass;
        while (k > 0 && tail <= alpha) {
            // From P(X = k) to P(X = k - 1).
            mass *= k * odds / (n - k + 1);
            tail += mass;
            k--;
        }
        return k;
    }

    /** The largest k whose probability is not too small to matter beside 2^-100; above the mean they fall. */
    private static int lastThatCounts(int n, double p) {
        int counts = (int) (n * p);
        int not = n + 1;
        while (not - counts > 1) {
            int middle = counts + not >>> 1;
            if (logMass(n, middle, p) > LEAST_LOG_MASS) {
                counts = middle;
            } else {
                not = middle;
            }
        }
        return counts;
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
