// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A piece of native memory, zeroed, and a buffer to look at it with. A segment's own accessors are linked anew for each
 * type at every start, which takes longer than all calls of a one-shot command.
 */
public record NativeMemory(long address, ByteBuffer bytes) {
    private static final int ALIGNMENT = 8;

    /** @param size bytes; the memory is aligned to {@value #ALIGNMENT} */
    public static NativeMemory of(Arena arena, int size) {
        var segment = arena.allocate(size, ALIGNMENT);
        return new NativeMemory(segment.address(), buffer(segment));
    }

    /** Text with the zero that ends it. */
    public static NativeMemory text(Arena arena, String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        var memory = of(arena, utf8.length + 1);
        memory.bytes.put(0, utf8);
        return memory;
    }

    /** Memory that a library has given. */
    public static ByteBuffer at(long address, int size) {
        return buffer(MemorySegment.ofAddress(address).reinterpret(size));
    }

    private static ByteBuffer buffer(MemorySegment segment) {
        return segment.asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
