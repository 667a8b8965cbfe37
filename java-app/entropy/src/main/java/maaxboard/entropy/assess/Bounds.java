// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.function.DoubleUnaryOperator;

/** What several estimators share: confidence bounds and a search. */
final class Bounds {
    /** The 99.5 % point of the standard normal distribution, the Z of SP 800-90B section 6.3. */
    static final double Z = 2.5758293035489008;

    private static final double LN_2 = Math.log(2);

    private Bounds() {
    }

    static double log2(double x) {
        return Math.log(x) / LN_2;
    }

    /** -log2 p without the sign of a negative zero. */
    static double bits(double p) {
        return p >= 1 ? 0 : -log2(p);
    }

    /** Upper bound, at 99 % confidence, of a probability estimated as p from n observations, at most 1. */
    static double upper(double p, double n) {
        return Math.min(1, p + Z * Math.sqrt(p * (1 - p) / (n - 1)));
    }

    /** Where a decreasing function passes the target, between low and high, as near as doubles get. */
    static double solveDecreasing(DoubleUnaryOperator function, double target, double low, double high) {
        double from = low;
        double to = high;
        double middle = (from + to) / 2;
        while (middle > from && middle < to) {
            double value = function.applyAsDouble(middle);
            if (value > target) {
                from = middle;
            } else {
                to = middle;
            }
            middle = (from + to) / 2;
        }
        return to;
    }
}
