// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A mapping that may be Device memory: the kernel's UIO maps it uncached, seL4 maps the same pages as Device-nGnRnE.
 * There an unaligned access faults, and so do {@code dc zva} and vector copies of odd size. So this class offers only
 * naturally aligned 32- and 64-bit loads and stores, little-endian, one machine access each.
 *
 * <p>No access is plain: an opaque one is never widened, joined with its neighbour, or dropped by the compiler.
 * Offsets are bytes from the start of the mapping and multiples of the access's size; any other offset throws
 * {@link IndexOutOfBoundsException} or {@link IllegalStateException}.
 */
public final class DeviceMemory {
    // Views of a buffer, not of a segment: a segment costs C1 several calls at each access.
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer memory;

    /** @param memory at most 2 GiB */
    DeviceMemory(MemorySegment memory) {
        this(memory.asByteBuffer());
    }

    private DeviceMemory(ByteBuffer memory) {
        this.memory = memory;
    }

    /** Bytes in the mapping. */
    public long size() {
        return memory.capacity();
    }

    /** The part of this mapping that starts at {@code offset} and has {@code size} bytes. */
    public DeviceMemory slice(int offset, int size) {
        return new DeviceMemory(memory.slice(offset, size));
    }

    /** A load that nothing after it in this thread may overtake. */
    public int getIntAcquire(int offset) {
        return (int) INT.getAcquire(memory, offset);
    }

    /** A store that nothing before it in this thread may pass. */
    public void setIntRelease(int offset, int value) {
        INT.setRelease(memory, offset, value);
    }

    /** A load with no order against others. */
    public int getInt(int offset) {
        return (int) INT.getOpaque(memory, offset);
    }

    /** A store with no order against others. */
    public void setInt(int offset, int value) {
        INT.setOpaque(memory, offset, value);
    }

    /** A load with no order against others. */
    public long getLong(int offset) {
        return (long) LONG.getOpaque(memory, offset);
    }

    /** A store with no order against others. */
    public void setLong(int offset, long value) {
        LONG.setOpaque(memory, offset, value);
    }

    /** Orders every access before it against every access after it, as seen by the other cores (AArch64: dmb ish). */
    public static void fullFence() {
        VarHandle.fullFence();
    }

    /**
     * Copies {@code length} bytes from {@code offset}, a multiple of 8, into {@code target}. Up to 7 bytes past the
     * length are read from the mapping, never written to the target.
     */
    public void read(int offset, byte[] target, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            ArrayWords.set(target, i, getLong(offset + i));
        }
        if (i < length) {
            long word = getLong(offset + i);
            for (; i < length; i++, word >>>= 8) {
                target[i] = (byte) word;
            }
        }
    }

    /**
     * Copies {@code length} bytes from {@code source} at {@code from} to {@code offset}, a multiple of 8; the last word
     * is padded with zeros to 8 bytes.
     */
    public void write(int offset, byte[] source, int from, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            setLong(offset + i, ArrayWords.get(source, from + i));
        }
        if (i < length) {
            long word = 0;
            for (int shift = 0; i + shift / 8 < length; shift += 8) {
                word |= (source[from + i + shift / 8] & 0xffL) << shift;
            }
            setLong(offset + i, word);
        }
    }

    /** Zeroes {@code length} bytes, a multiple of 8, from {@code offset}, a multiple of 8. */
    public void zero(int offset, int length) {
        for (int i = 0; i < length; i += 8) {
            setLong(offset + i, 0);
        }
    }

    /** 64-bit words of ordinary arrays, which may lie unaligned. */
    private static final class ArrayWords {
        private static final VarHandle WORD = java.lang.invoke.MethodHandles.byteArrayViewVarHandle(long[].class,
                ByteOrder.LITTLE_ENDIAN);

        static long get(byte[] array, int index) {
            return (long) WORD.get(array, index);
        }

        static void set(byte[] array, int index, long value) {
            WORD.set(array, index, value);
        }
    }
}
