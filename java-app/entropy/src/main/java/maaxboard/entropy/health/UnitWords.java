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
    /** How many strides {@link #equalAtStrides} looks at: 2, 4, 8 and so on up to 256 bytes. */
    static final int STRIDES = 8;
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

    /**
     * How many bytes of the words equal the one 2, 4, 8 ... 256 bytes before them; the first bytes, as many as the stride has,
     * have none. All in one pass, and those that differ are counted, which is cheaper.
     *
     * @param count at most 255 words
     */
    static int[] equalAtStrides(long[] words, int from, int count) {
        // Eight counts each, one for each place in a word. The highest bit of each byte that is not zero is carried there from below,
        // or its own.
        long by2 = 0;
        long by4 = 0;
        long by8 = 0;
        long by16 = 0;
        long by32 = 0;
        long by64 = 0;
        long by128 = 0;
        long by256 = 0;
        long before = 0;
        for (int i = 0; i < count; i++) {
            int at = from + i;
            long word = words[at];
            // The first word's first bytes have none before them that they could differ from.
            long differs = word ^ (word << 2 * Byte.SIZE | (i == 0 ? word & 0xffffL : before >>> 6 * Byte.SIZE));
            by2 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            differs = word ^ (word << 4 * Byte.SIZE | (i == 0 ? word & 0xffffffffL : before >>> 4 * Byte.SIZE));
            by4 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            if (i >= 1) {
                differs = word ^ before;
                by8 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            }
            if (i >= 2) {
                differs = word ^ words[at - 2];
                by16 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            }
            if (i >= 4) {
                differs = word ^ words[at - 4];
                by32 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            }
            if (i >= 8) {
                differs = word ^ words[at - 8];
                by64 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            }
            if (i >= 16) {
                differs = word ^ words[at - 16];
                by128 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            }
            if (i >= 32) {
                differs = word ^ words[at - 32];
                by256 += ((differs & LOW_BITS) + LOW_BITS | differs) >>> 7 & ONES;
            }
            before = word;
        }
        var equal = new int[STRIDES];
        long[] differ = {by2, by4, by8, by16, by32, by64, by128, by256};
        for (int i = 0; i < STRIDES; i++) {
            equal[i] = Math.max(0, count * Long.BYTES - (2 << i)) - sumOfBytes(differ[i]);
        }
        return equal;
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
            equal += ~((differs & LOW_BITS) + LOW_BITS | differs | LOW_BITS) >>> 7;
        }
        return sumOfBytes(equal);
    }

    private static int sumOfBytes(long word) {
        return (int) (((word & EVEN_BYTES) + (word >>> Byte.SIZE & EVEN_BYTES)) * ONE_IN_16_BITS >>> 48);
    }
}
