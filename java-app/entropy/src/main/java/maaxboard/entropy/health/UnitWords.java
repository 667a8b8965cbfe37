// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/**
 * A unit in words of eight bytes, the first byte lowest: eight are compared or hashed in the time of one. What is done to
 * every word is written out in its loop: at a start the interpreter pays for each call.
 */
final class UnitWords {
    static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    static final long HIGH_BITS = ~LOW_BITS;
    static final long ONES = 0x0101010101010101L;
    private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;
    private static final long ONE_IN_16_BITS = 0x0001000100010001L;

    private UnitWords() {
    }

    /** @param unit a multiple of 8 bytes */
    static long[] of(byte[] unit) {
        return of(unit, 0, unit.length);
    }

    /** @param length a multiple of 8 */
    static long[] of(byte[] bytes, int from, int length) {
        var words = new long[length / Long.BYTES];
        for (int i = 0, at = from; i < words.length; i++, at += Long.BYTES) {
            int low = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
            int high = bytes[at + 4] & 0xff | (bytes[at + 5] & 0xff) << 8 | (bytes[at + 6] & 0xff) << 16 | bytes[at + 7] << 24;
            words[i] = low & 0xffffffffL | (long) high << Integer.SIZE;
        }
        return words;
    }

    /** 1 in each of the eight bytes that is zero, 0 in the others. */
    static long zeroBytes(long word) {
        // The highest bit of each byte that is not zero: carried there from below, or its own.
        return ~((word & LOW_BITS) + LOW_BITS | word | LOW_BITS) >>> 7;
    }

    /**
     * How many bytes of the words equal the one {@code stride} bytes before them; the first {@code stride} bytes have none.
     *
     * @param count at most 255 words
     */
    static int equalAtStride(long[] words, int from, int count, int stride) {
        int back = stride / Long.BYTES;
        int shift = stride % Long.BYTES * Byte.SIZE;
        int at = from + back;
        long equal = 0; // Eight counts, one for each place in a word.
        if (shift != 0) {
            equal = zeroBytes(words[at] ^ words[from] << shift | (1L << shift) - 1);
            at++;
        }
        for (; at < from + count; at++) {
            long before = words[at - back];
            if (shift != 0) {
                before = before << shift | words[at - back - 1] >>> Long.SIZE - shift;
            }
            long differs = words[at] ^ before;
            equal += ~((differs & LOW_BITS) + LOW_BITS | differs | LOW_BITS) >>> 7; // zeroBytes
        }
        return sumOfBytes(equal);
    }

    /**
     * How many bytes of the words have this value.
     *
     * @param count at most 255 words
     */
    static int equalTo(byte value, long[] words, int from, int count) {
        long eight = (value & 0xff) * ONES;
        long equal = 0; // Eight counts, one for each place in a word.
        for (int at = from; at < from + count; at++) {
            long differs = words[at] ^ eight;
            equal += ~((differs & LOW_BITS) + LOW_BITS | differs | LOW_BITS) >>> 7; // zeroBytes
        }
        return sumOfBytes(equal);
    }

    private static int sumOfBytes(long word) {
        return (int) (((word & EVEN_BYTES) + (word >>> Byte.SIZE & EVEN_BYTES)) * ONE_IN_16_BITS >>> 48);
    }
}
