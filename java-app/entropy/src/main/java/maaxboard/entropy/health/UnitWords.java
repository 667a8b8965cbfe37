// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A unit in words of eight bytes, the first byte lowest: eight are compared or hashed in the time of one. */
final class UnitWords {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;
    private static final long ONES = 0x0101010101010101L;

    private UnitWords() {
    }

    /** @param unit a multiple of 8 bytes */
    static long[] of(byte[] unit) {
        var words = new long[unit.length / Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            words[i] = (long) WORD.get(unit, i * Long.BYTES);
        }
        return words;
    }

    /** The sums of eight pairs of bytes, each modulo 256. */
    static long sums(long a, long b) {
        return (a & LOW_BITS) + (b & LOW_BITS) ^ (a ^ b) & ~LOW_BITS;
    }

    /** How many of the eight bytes are zero. */
    static int zeroBytes(long word) {
        // The highest bit of each byte that is not zero: carried there from below, or its own.
        long highest = (word & LOW_BITS) + LOW_BITS | word | LOW_BITS;
        return (int) ((~highest >>> 7) * ONES >>> 56);
    }
}
