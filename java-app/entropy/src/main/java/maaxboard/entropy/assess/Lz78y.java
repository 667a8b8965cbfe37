// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/**
 * LZ78Y, SP 800-90B section 6.3.10: one dictionary of at most 65,536 contexts of 16 to 1 symbols, the longest taken in
 * first; the context whose follower has the highest count predicts, of several the longest.
 */
final class Lz78y {
    private static final int DEPTH = 16;
    private static final int MOST_CONTEXTS = 65_536;

    private Lz78y() {
    }

    static double estimate(byte[] symbols, int alphabet) {
        return alphabet == 2 ? ofBits(symbols) : ofSymbols(symbols, alphabet);
    }

    private static double ofSymbols(byte[] symbols, int alphabet) {
        var contexts = new Contexts();
        int[] path = new int[DEPTH + 1];
        for (int length = 1; length <= DEPTH; length++) {
            path[length] = contexts.childOrNew(path[length - 1], symbols[DEPTH - length]);
            contexts.follow(path[length], symbols[DEPTH], true);
        }
        int size = DEPTH;
        var score = new Score();
        for (int i = DEPTH + 1; i < symbols.length; i++) {
            byte actual = symbols[i];
            int known = 0;
            while (known < DEPTH) {
                int child = contexts.child(path[known], symbols[i - known - 1]);
                if (child == Contexts.ROOT) {
                    break;
                }
                path[++known] = child;
            }
            int most = 0;
            byte prediction = 0;
            for (int length = size < MOST_CONTEXTS ? DEPTH : known; length > 0; length--) {
                int count = length <= known ? contexts.bestCount(path[length]) : 0;
                if (count > most) {
                    most = count;
                    prediction = contexts.prediction(path[length]);
                }
                if (count == 0) {
                    if (size == MOST_CONTEXTS) {
                        continue;
                    }
                    for (; known < length; known++) {
                        path[known + 1] = contexts.childOrNew(path[known], symbols[i - known - 1]);
                    }
                    size++;
                }
                contexts.follow(path[length], actual, true);
            }
            if (most > 0 && prediction == actual) {
                score.hit();
            } else {
                score.miss();
            }
        }
        return score.minEntropy(symbols.length - DEPTH - 1, alphabet);
    }

    private static double ofBits(byte[] bits) {
        int[] counts = new BitContexts().counts;
        int history = 0;
        for (int i = 0; i < DEPTH; i++) {
            history = history << 1 | bits[i];
        }
        for (int length = 1; length <= DEPTH; length++) {
            counts[BitContexts.of(history, length) + bits[DEPTH]]++;
        }
        int size = DEPTH;
        var score = new Score();
        for (int i = DEPTH + 1; i < bits.length; i++) {
            history = history << 1 | bits[i - 1];
            int actual = bits[i];
            int most = 0;
            int prediction = 0;
            for (int length = DEPTH; length > 0; length--) {
                int context = BitContexts.of(history, length);
                int zeros = counts[context];
                int ones = counts[context + 1];
                int count = Math.max(zeros, ones);
                if (count > most) {
                    most = count;
                    prediction = BitContexts.prediction(zeros, ones);
                }
                if (count == 0) {
                    if (size == MOST_CONTEXTS) {
                        continue;
                    }
                    size++;
                }
                counts[context + actual]++;
            }
            if (most > 0 && prediction == actual) {
                score.hit();
            } else {
                score.miss();
            }
        }
        return score.minEntropy(bits.length - DEPTH - 1, 2);
    }
}
