// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** The multi most common in window predictor, SP 800-90B section 6.3.7. */
final class MultiMcw {
    private static final int[] WIDTHS = {63, 255, 1023, 4095};

    private MultiMcw() {
    }

    /** Of equally common symbols the one seen last is predicted. */
    static double estimate(byte[] symbols, int alphabet) {
        return alphabet == 2 ? ofBits(symbols) : ofSymbols(symbols, alphabet);
    }

    /** A window of odd width has no tie: its prediction is whether more than half of it are ones. */
    private static double ofBits(byte[] bits) {
        int[] ones = new int[WIDTHS.length];
        for (int w = 0; w < WIDTHS.length; w++) {
            for (int i = 0; i < WIDTHS[w]; i++) {
                ones[w] += bits[i];
            }
        }
        var score = new Score();
        int[] correct = new int[WIDTHS.length];
        int winner = 0;
        for (int i = WIDTHS[0]; i < bits.length; i++) {
            int actual = bits[i];
            if (majority(ones[winner], WIDTHS[winner]) == actual) {
                score.hit();
            } else {
                score.miss();
            }
            for (int w = 0; w < WIDTHS.length && i >= WIDTHS[w]; w++) {
                int right = 1 ^ majority(ones[w], WIDTHS[w]) ^ actual;
                correct[w] += right;
                if (correct[w] >= correct[winner] && right != 0) {
                    winner = w;
                }
                ones[w] += actual - bits[i - WIDTHS[w]];
            }
        }
        return score.minEntropy(bits.length - WIDTHS[0], 2);
    }

    private static int majority(int ones, int width) {
        return width - 2 * ones >>> 31;
    }

    private static double ofSymbols(byte[] symbols, int alphabet) {
        var windows = new Window[WIDTHS.length];
        for (int w = 0; w < WIDTHS.length; w++) {
            windows[w] = new Window(symbols, WIDTHS[w], alphabet);
        }
        var score = new Score();
        long[] correct = new long[WIDTHS.length];
        int winner = 0;
        for (int i = WIDTHS[0]; i < symbols.length; i++) {
            int actual = symbols[i] & 0xff;
            if (windows[winner].common == actual) {
                score.hit();
            } else {
                score.miss();
            }
            for (int w = 0; w < WIDTHS.length && i >= WIDTHS[w]; w++) {
                if (windows[w].common == actual && ++correct[w] >= correct[winner]) {
                    winner = w;
                }
                windows[w].slideTo(i);
            }
        }
        return score.minEntropy(symbols.length - WIDTHS[0], alphabet);
    }

    private static final class Window {
        private final byte[] symbols;
        private final int width;
        private final int[] count;
        private final int[] lastSeen;
        private int common;

        Window(byte[] symbols, int width, int alphabet) {
            this.symbols = symbols;
            this.width = width;
            this.count = new int[alphabet];
            this.lastSeen = new int[alphabet];
            for (int i = 0; i < width; i++) {
                enter(i);
            }
        }

        void slideTo(int i) {
            int leaving = symbols[i - width] & 0xff;
            boolean mayLose = leaving == common;
            count[leaving]--;
            enter(i);
            if (mayLose) {
                for (int symbol = 0; symbol < count.length; symbol++) {
                    if (count[symbol] > count[common]
                            || count[symbol] == count[common] && lastSeen[symbol] > lastSeen[common]) {
                        common = symbol;
                    }
                }
            }
        }

        private void enter(int i) {
            int symbol = symbols[i] & 0xff;
            lastSeen[symbol] = i;
            if (++count[symbol] >= count[common]) {
                common = symbol;
            }
        }
    }
}
