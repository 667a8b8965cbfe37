// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The t-tuple and the longest-repeated-substring estimators, SP 800-90B sections 6.3.5 and 6.3.6, from one walk over the
 * suffix array. Each interval of it whose suffixes share a prefix of length l, and whose surrounding interval shares only
 * k &lt; l, says: one tuple of each length from k + 1 to l occurs as often as the interval is long.
 */
final class Tuples {
    /** A tuple counts as frequent from here on. */
    private static final int FREQUENT = 35;

    private final int n;
    /** By length: how often the most frequent tuple occurs. */
    private final int[] most;
    /** By length: pairs of equal tuples. */
    private final long[] pairs;
    private final int longest;

    Tuples(byte[] symbols, int alphabet) {
        this.n = symbols.length;
        int[] prefixes = SuffixArray.of(symbols, alphabet).prefixes();
        this.longest = Arrays.stream(prefixes).max().orElse(0);
        this.most = new int[longest + 2];
        this.pairs = new long[longest + 2];
        walk(prefixes);
        most[longest + 1] = 1;
        for (int length = longest; length > 0; length--) {
            most[length] = Math.max(most[length], most[length + 1]);
            pairs[length] += pairs[length + 1];
        }
    }

    private void walk(int[] prefixes) {
        int[] lengths = new int[longest + 2];
        int[] froms = new int[longest + 2];
        int top = 0;
        for (int i = 1; i <= n; i++) {
            int shared = i < n ? prefixes[i] : 0;
            int from = i - 1;
            while (lengths[top] > shared) {
                int length = lengths[top];
                from = froms[top];
                top--;
                long count = i - from;
                most[length] = Math.max(most[length], (int) count);
                long ways = count * (count - 1) / 2;
                pairs[length] += ways;
                pairs[Math.max(shared, lengths[top])] -= ways;
            }
            if (shared > lengths[top]) {
                top++;
                lengths[top] = shared;
                froms[top] = from;
            }
        }
    }

    /** SP 800-90B section 6.3.5; empty if no symbol is frequent. */
    OptionalDouble tTuple() {
        double p = 0;
        int rare = firstRare();
        for (int t = 1; t < rare; t++) {
            p = Math.max(p, Math.pow(most[t] / (double) (n - t + 1), 1.0 / t));
        }
        return p > 0 ? OptionalDouble.of(Bounds.bits(Bounds.upper(p, n))) : OptionalDouble.empty();
    }

    /** SP 800-90B section 6.3.6; empty if every repeated tuple is frequent. */
    OptionalDouble longestRepeated() {
        double p = 0;
        for (int length = firstRare(); length <= longest; length++) {
            double all = (n - length) * (n - length + 1.0) / 2;
            p = Math.max(p, Math.pow(pairs[length] / all, 1.0 / length));
        }
        return p > 0 ? OptionalDouble.of(Bounds.bits(Bounds.upper(p, n))) : OptionalDouble.empty();
    }

    /** The least length of which no tuple is frequent. */
    private int firstRare() {
        int length = 1;
        while (length <= longest && most[length] >= FREQUENT) {
            length++;
        }
        return length;
    }
}
