// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/**
 * Multi Markov model with counting, SP 800-90B section 6.3.9: sixteen dictionaries, of the contexts of 1 to 16 symbols.
 *
 * <p>If a context is in its dictionary, so is its shorter end in the one before: both are taken in together, and the
 * dictionary of longer contexts never has fewer entries, so it is not the first to be full. A search may therefore stop at
 * the first length that is not found.
 */
final class MultiMmc {
    private static final int DEPTH = 16;
    private static final int MOST_ENTRIES = 100_000;

    private MultiMmc() {
    }

    static double estimate(byte[] symbols, int alphabet) {
        return alphabet == 2 ? ofBits(symbols) : ofSymbols(symbols, alphabet);
    }

    private static double ofSymbols(byte[] symbols, int alphabet) {
        var contexts = new Contexts();
        int[] entries = new int[DEPTH + 1];
        for (int length = 1; length <= DEPTH; length++) {
            int node = Contexts.ROOT;
            for (int back = 1; back <= length; back++) {
                node = contexts.childOrNew(node, symbols[length - back]);
            }
            contexts.follow(node, symbols[length], true);
            entries[length] = 1;
        }
        var race = new Race();
        for (int i = 2; i < symbols.length; i++) {
            byte actual = symbols[i];
            race.next();
            int node = Contexts.ROOT;
            boolean found = true;
            for (int length = 1; length <= DEPTH && length < i; length++) {
                byte older = symbols[i - length];
                if (found) {
                    int child = contexts.child(node, older);
                    found = child != Contexts.ROOT && contexts.bestCount(child) > 0;
                    if (found) {
                        node = child;
                        race.predicted(length, contexts.prediction(node) == actual);
                        if (contexts.follow(node, actual, entries[length] < MOST_ENTRIES)) {
                            entries[length]++;
                        }
                        continue;
                    }
                }
                if (entries[length] >= MOST_ENTRIES) {
                    break;
                }
                node = contexts.childOrNew(node, older);
                contexts.follow(node, actual, true);
                entries[length]++;
            }
        }
        return race.score.minEntropy(symbols.length - 2, alphabet);
    }

    private static double ofBits(byte[] bits) {
        int[] counts = new BitContexts().counts;
        int[] entries = new int[DEPTH + 1];
        int history = 0;
        for (int length = 1; length <= DEPTH; length++) {
            history = history << 1 | bits[length - 1];
            counts[BitContexts.of(history, length) + bits[length]]++;
            entries[length] = 1;
        }
        var score = new Score();
        int[] correct = new int[DEPTH + 1];
        int winner = 1;
        history = bits[0];
        for (int i = 2; i < bits.length; i++) {
            history = history << 1 | bits[i - 1];
            int actual = bits[i];
            int predicting = winner;
            int most = correct[winner];
            boolean found = true;
            for (int length = 1; length <= DEPTH && length < i; length++) {
                int context = BitContexts.of(history, length);
                int zeros = counts[context];
                int ones = counts[context + 1];
                found = found && (zeros | ones) != 0;
                if (found) {
                    int right = 1 ^ BitContexts.prediction(zeros, ones) ^ actual;
                    int sum = correct[length] + right;
                    correct[length] = sum;
                    if (sum >= most && right != 0) {
                        most = sum;
                        winner = length;
                    }
                    if (length == predicting) {
                        if (right != 0) {
                            score.hit();
                        } else {
                            score.miss();
                        }
                    }
                }
                int seen = counts[context + actual];
                if (seen == 0 || !found) {
                    if (entries[length] == MOST_ENTRIES) {
                        continue;
                    }
                    entries[length]++;
                }
                counts[context + actual] = seen + 1;
            }
        }
        return score.minEntropy(bits.length - 2, 2);
    }

    /** The sub-predictors' race: the one that was right most often, of several the longest, predicts next. */
    private static final class Race {
        private final Score score = new Score();
        private final int[] correct = new int[DEPTH + 1];
        private int winner = 1;
        private int predicting;

        void next() {
            predicting = winner;
        }

        void predicted(int length, boolean right) {
            if (right && ++correct[length] >= correct[winner]) {
                winner = length;
            }
            if (length == predicting) {
                if (right) {
                    score.hit();
                } else {
                    score.miss();
                }
            }
        }
    }
}
