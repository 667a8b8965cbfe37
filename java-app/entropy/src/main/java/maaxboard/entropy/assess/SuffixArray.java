// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.Arrays;

/**
 * Suffix array in linear time by induced sorting (Nong, Zhang and Chan, 2009), and the longest common prefixes of
 * neighbours in it (Kasai and others, 2001).
 */
final class SuffixArray {
    private final int[] suffixes;
    private final int[] prefixes;

    private SuffixArray(int[] suffixes, int[] prefixes) {
        this.suffixes = suffixes;
        this.prefixes = prefixes;
    }

    /** @param alphabet symbols are from 0 to alphabet - 1 */
    static SuffixArray of(byte[] text, int alphabet) {
        int[] wide = new int[text.length];
        for (int i = 0; i < text.length; i++) {
            wide[i] = text[i] & 0xff;
        }
        int[] suffixes = sort(wide, alphabet);
        return new SuffixArray(suffixes, commonPrefixes(text, suffixes));
    }

    /** Start of each suffix, in their order; a suffix comes before those it is a prefix of. */
    int[] suffixes() {
        return suffixes;
    }

    /** At i the length of the common prefix of suffixes i - 1 and i; 0 at 0. */
    int[] prefixes() {
        return prefixes;
    }

    private static int[] commonPrefixes(byte[] text, int[] suffixes) {
        int n = text.length;
        // The suffix before each in the order, by place in the text; then, in the same array, their common prefix.
        int[] before = new int[n];
        for (int i = 1; i < n; i++) {
            before[suffixes[i]] = suffixes[i - 1];
        }
        before[suffixes[0]] = -1;
        int length = 0;
        for (int i = 0; i < n; i++) {
            int j = before[i];
            if (j < 0) {
                length = 0;
            } else {
                int most = n - Math.max(i, j);
                while (length < most && text[i + length] == text[j + length]) {
                    length++;
                }
            }
            before[i] = length;
            length = Math.max(0, length - 1);
        }
        int[] prefixes = new int[n];
        for (int i = 0; i < n; i++) {
            prefixes[i] = before[suffixes[i]];
        }
        return prefixes;
    }

    /** As if a sentinel smaller than every symbol followed the text. */
    private static int[] sort(int[] text, int alphabet) {
        int n = text.length;
        int[] order = new int[n];
        if (n <= 1) {
            return order;
        }
        boolean[] small = new boolean[n];
        for (int i = n - 2; i >= 0; i--) {
            small[i] = text[i] < text[i + 1] || text[i] == text[i + 1] && small[i + 1];
        }
        int[] starts = new int[alphabet + 1];
        for (int symbol : text) {
            starts[symbol + 1]++;
        }
        for (int symbol = 0; symbol < alphabet; symbol++) {
            starts[symbol + 1] += starts[symbol];
        }
        int valleys = 0;
        for (int i = 1; i < n; i++) {
            valleys += isValley(small, i) ? 1 : 0;
        }
        int[] places = new int[valleys];
        for (int i = 1, next = 0; i < n; i++) {
            if (isValley(small, i)) {
                places[next++] = i;
            }
        }
        induce(text, small, starts, places, order);
        if (valleys > 1) {
            induce(text, small, starts, sortValleys(text, small, places, order), order);
        }
        return order;
    }

    /** The leftmost of a run of suffixes that are smaller than their next. */
    private static boolean isValley(boolean[] small, int i) {
        return i > 0 && small[i] && !small[i - 1];
    }

    /** Given the valleys sorted by their substrings in {@code order}, sorts them by their suffixes. */
    private static int[] sortValleys(int[] text, boolean[] small, int[] places, int[] order) {
        int n = text.length;
        int[] names = new int[n];
        Arrays.fill(names, -1);
        int name = -1;
        int last = -1;
        for (int suffix : order) {
            if (isValley(small, suffix)) {
                if (last < 0 || !sameSubstring(text, small, last, suffix)) {
                    name++;
                }
                names[suffix] = name;
                last = suffix;
            }
        }
        int[] reduced = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            reduced[i] = names[places[i]];
        }
        int[] sorted = new int[places.length];
        if (name + 1 == places.length) {
            for (int i = 0; i < places.length; i++) {
                sorted[reduced[i]] = places[i];
            }
        } else {
            int[] inner = sort(reduced, name + 1);
            for (int i = 0; i < places.length; i++) {
                sorted[i] = places[inner[i]];
            }
        }
        return sorted;
    }

    private static boolean sameSubstring(int[] text, boolean[] small, int a, int b) {
        int n = text.length;
        for (int i = 0; ; i++) {
            if (a + i >= n || b + i >= n || text[a + i] != text[b + i] || small[a + i] != small[b + i]) {
                return false;
            }
            if (i > 0 && isValley(small, a + i) && isValley(small, b + i)) {
                return true;
            }
        }
    }

    private static void induce(int[] text, boolean[] small, int[] starts, int[] valleys, int[] order) {
        int n = text.length;
        int alphabet = starts.length - 1;
        Arrays.fill(order, -1);
        int[] place = Arrays.copyOfRange(starts, 1, alphabet + 1);
        for (int i = valleys.length - 1; i >= 0; i--) {
            order[--place[text[valleys[i]]]] = valleys[i];
        }
        place = Arrays.copyOf(starts, alphabet);
        order[place[text[n - 1]]++] = n - 1;
        for (int i = 0; i < n; i++) {
            int suffix = order[i] - 1;
            if (suffix >= 0 && !small[suffix]) {
                order[place[text[suffix]]++] = suffix;
            }
        }
        place = Arrays.copyOfRange(starts, 1, alphabet + 1);
        for (int i = n - 1; i >= 0; i--) {
            int suffix = order[i] - 1;
            if (suffix >= 0 && small[suffix]) {
                order[--place[text[suffix]]] = suffix;
            }
        }
    }
}
