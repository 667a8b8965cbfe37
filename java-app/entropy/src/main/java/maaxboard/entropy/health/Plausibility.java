// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.util.List;

/**
 * Rules for what a statistic misses: counters, text, records with a constant head, answers that were not filled. The
 * probability given with each rule is that of a false alarm on uniform bytes in a window of 512; none exceeds 2^-40.
 */
final class Plausibility {
    private static final int WINDOW = CutOffs.WINDOW;
    private static final int PIECE = PieceMemory.PIECE;

    /** Nine bytes in arithmetic progression: 504 places, 2^-56 each: 2^-47. */
    private static final int EQUAL_BYTE_STEPS = 8;
    /** Four 32-bit words in arithmetic progression: 500 places, two byte orders, 2^-64 each: 2^-54. */
    private static final int EQUAL_WORD_STEPS = 3;
    /** The same two bytes at the head of four in a row: 16 pieces or answers, 2^-48 each: 2^-44. */
    private static final int SAME_HEADS = 4;
    /** Six zero bytes at an answer's end: up to 16 answers, 2^-48 each: 2^-44. */
    private static final int UNFILLED = 6;
    /** Eight strides, 2^-43 each: 2^-40. */
    private static final double STRIDE_ALPHA = 0x1p-43;

    private final int[] strideCutOffs;
    private final Heads pieceHeads = new Heads();
    private final Heads answerHeads = new Heads();
    /** Bytes so far of the last answers with the same head. */
    private int answersAlike;
    /** Bytes of the last answer that come in the next units. */
    private int answerLeft;

    /** @param minEntropy claimed, bits a byte: two bytes of a good source are equal with at most 2^-minEntropy */
    Plausibility(double minEntropy) {
        strideCutOffs = new int[UnitWords.STRIDES];
        for (int i = 0; i < strideCutOffs.length; i++) {
            strideCutOffs[i] = 1 + Binomial.critical(WINDOW - (2 << i), Math.pow(2, -minEntropy), STRIDE_ALPHA);
        }
    }

    /** With the same cut-offs, and without a history. */
    Plausibility(Plausibility other) {
        strideCutOffs = other.strideCutOffs;
    }

    /**
     * True if the unit or its answers cannot be random bytes. Takes the heads of pieces and answers into the history.
     *
     * @param words the unit as {@link UnitWords} has it
     * @param answers those that begin in the unit; the last may go on in the next
     */
    boolean refutes(byte[] unit, long[] words, List<Answer> answers) {
        boolean heads = sameHeads(unit);
        boolean others = wrongAnswers(unit, answers);
        for (int from = 0; from < unit.length; from += WINDOW) {
            others |= countsBytes(unit, from) || countsWords(unit, words, from) || isText(unit, words, from)
                    || keepsStride(words, from / Long.BYTES);
        }
        return heads || others;
    }

    void reset() {
        pieceHeads.reset();
        answerHeads.reset();
        answersAlike = 0;
        answerLeft = 0;
    }

    /** How many of the bytes that came last belong to answers that the next may show to be alike: the last one at least. */
    int answersAlike() {
        return answersAlike;
    }

    /**
     * 8-bit counters, up or down, of any step. Step 0 is the repetition count test's. Of nine bytes that count some three
     * neighbours begin at a multiple of seven: these are looked at first.
     */
    static boolean countsBytes(byte[] unit, int from) {
        int end = from + WINDOW;
        for (int i = from; i + 2 < end; i += EQUAL_BYTE_STEPS - 1) {
            int step = unit[i + 1] - unit[i] & 0xff;
            if (step != 0 && step == (unit[i + 2] - unit[i + 1] & 0xff) && countsBytesAt(unit, from, i, step)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the bytes at {@code at} and after it are among enough that differ by this step. */
    private static boolean countsBytesAt(byte[] unit, int from, int at, int step) {
        int first = at;
        while (first > from && (unit[first] - unit[first - 1] & 0xff) == step) {
            first--;
        }
        int last = at;
        while (last + 1 < from + WINDOW && (unit[last + 1] - unit[last] & 0xff) == step) {
            last++;
        }
        return last - first >= EQUAL_BYTE_STEPS;
    }

    /**
     * 32-bit counters of any step, both byte orders, at any alignment. Where words step alike, so do their lowest bytes: these
     * are looked at first, eight at a time.
     */
    static boolean countsWords(byte[] unit, long[] words, int from) {
        int end = (from + WINDOW) / Long.BYTES;
        for (int i = from / Long.BYTES; i + 1 < end; i++) {
            // Each byte, the one 4 after it, and the one 8 after it: whether the first and the last sum to twice the middle.
            long first = words[i];
            long last = words[i + 1];
            long sum = (first & UnitWords.LOW_BITS) + (last & UnitWords.LOW_BITS) ^ (first ^ last) & UnitWords.HIGH_BITS;
            long middle = first >>> Integer.SIZE | last << Integer.SIZE;
            long differs = sum ^ (middle & UnitWords.LOW_BITS) << 1;
            long lowest = differs - UnitWords.ONES & ~differs & UnitWords.HIGH_BITS;
            // Where sixteen bytes only repeat four, the step would be 0.
            if (lowest != 0 && (first ^ middle | first ^ last) != 0 && countsWordsFrom(unit, from, i * Long.BYTES, lowest)) {
                return true;
            }
        }
        return false;
    }

    /** Whether one of the bytes from {@code at} on whose highest bits are set is the lowest of a word that is counted. */
    private static boolean countsWordsFrom(byte[] unit, int from, int at, long lowest) {
        int last = from + WINDOW - 4 * EQUAL_WORD_STEPS - 4;
        for (int i = at; i < at + Long.BYTES; i++) {
            if ((lowest >>> Byte.SIZE * (i - at) & 0x80) == 0) {
                continue;
            }
            if (i <= last && sameWordSteps(unit, i, true) || i >= from + 3 && i <= last + 3 && sameWordSteps(unit, i - 3, false)) {
                return true;
            }
        }
        return false;
    }

    private static boolean sameWordSteps(byte[] unit, int at, boolean reversed) {
        int first = word(unit, at, reversed);
        int second = word(unit, at + 4, reversed);
        int third = word(unit, at + 8, reversed);
        int step = second - first;
        return step != 0 && third - second == step && word(unit, at + 12, reversed) - third == step;
    }

    private static int word(byte[] bytes, int at, boolean reversed) {
        int word = bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
        return reversed ? Integer.reverseBytes(word) : word;
    }

    /** A piece of 32 bytes that is all printable ASCII, tab or line end: 16 pieces, (98/256)^32 each: 2^-40.3. */
    static boolean isText(byte[] unit, long[] words, int from) {
        for (int piece = from; piece < from + WINDOW; piece += PIECE) {
            int word = piece / Long.BYTES;
            if (((words[word] | words[word + 1] | words[word + 2] | words[word + 3]) & UnitWords.HIGH_BITS) != 0) {
                continue;
            }
            int i = piece;
            while (i < piece + PIECE && isTextByte(unit[i])) {
                i++;
            }
            if (i == piece + PIECE) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTextByte(byte b) {
        return b >= 0x20 && b < 0x7f || b == '\t' || b == '\n' || b == '\r';
    }

    /** Records of 2 to 256 bytes that are mostly constant: wide counters, padding, time stamps. */
    private boolean keepsStride(long[] words, int from) {
        int[] equal = UnitWords.equalAtStrides(words, from, WINDOW / Long.BYTES);
        for (int i = 0; i < equal.length; i++) {
            if (equal[i] >= strideCutOffs[i]) {
                return true;
            }
        }
        return false;
    }

    /** Tag and length of a TLV, or any other constant head, before the bytes of each piece. */
    private boolean sameHeads(byte[] unit) {
        boolean same = false;
        for (int piece = 0; piece < unit.length; piece += PIECE) {
            same |= pieceHeads.feed(unit, piece);
        }
        return same;
    }

    /** A constant head before the bytes of each answer, or an answer's end that was not filled. */
    private boolean wrongAnswers(byte[] unit, List<Answer> answers) {
        int at = Math.min(answerLeft, unit.length);
        answersAlike += at;
        answerLeft -= at;
        boolean wrong = at >= UNFILLED && answerLeft == 0 && unfilled(unit, at, UNFILLED);
        for (int i = 0; i < answers.size(); i++) { // Mostly none: an iterator would cost more than the rest.
            var answer = answers.get(i);
            if (answer.got() >= 2 && at + 2 <= unit.length) {
                wrong |= answerHeads.feed(unit, at);
                answersAlike = answerHeads.run == 1 ? 0 : answersAlike;
            }
            int here = Math.min(answer.got(), unit.length - at);
            at += here;
            answersAlike += here;
            answerLeft = answer.got() - here;
            wrong |= answerLeft == 0 && unfilled(unit, at, Math.min(UNFILLED, answer.got()));
        }
        return wrong;
    }

    /** The end of an answer is still as the caller's zeroed buffer was: the driver said it had filled it, and had not. */
    private static boolean unfilled(byte[] unit, int end, int bytes) {
        int zeros = 0;
        while (zeros < bytes && unit[end - 1 - zeros] == 0) {
            zeros++;
        }
        return zeros == UNFILLED;
    }

    private static final class Heads {
        private int last = -1;
        private int run;

        boolean feed(byte[] unit, int at) {
            int head = (unit[at] & 0xff) << 8 | unit[at + 1] & 0xff;
            run = head == last ? run + 1 : 1;
            last = head;
            return run >= SAME_HEADS;
        }

        void reset() {
            last = -1;
            run = 0;
        }
    }
}
