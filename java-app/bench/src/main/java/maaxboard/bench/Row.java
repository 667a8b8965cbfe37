// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.util.Arrays;

/**
 * One line of the table: what was measured of ours and, measured in turn with it, of something to hold it against.
 *
 * @param unit what {@code ours} and {@code other} count; less is better
 * @param against what {@code other} is; empty if ours stands alone, and {@code other} is empty then
 * @param target the least ratio other / ours that is asked for, or with nothing to hold against the most of ours; 0: none
 */
record Row(String what, String unit, double[] ours, String against, double[] other, double target) {
    static Row alone(String what, String unit, double target, double... ours) {
        return new Row(what, unit, ours, "", new double[0], target);
    }

    boolean paired() {
        return other.length > 0;
    }

    /** The median over pairs of other / ours: 1 is as good, 2 is twice as good. */
    double ratio() {
        var ratios = new double[ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = other[i] / ours[i];
        }
        return median(ratios);
    }

    boolean holds() {
        return target == 0 || (paired() ? ratio() >= target : median(ours) <= target);
    }

    static double median(double... values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
