// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;

/**
 * The one way into native code. What is called takes at most six integers or pointers and returns one; on LP64 each lies in
 * a register of its own, of variadic functions too, and a function that takes fewer or narrower ones does not look at the
 * rest. One shape for all, because linking a shape takes longer than a one-shot command has. Pointers are plain addresses:
 * as segments, their arenas would be locked and unlocked around the call; who calls keeps them open.
 */
public final class NativeCall {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG), Linker.Option.captureCallState("errno"));
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final int ERRNO = (int) STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private NativeCall() {
    }

    /** A function of the C library. */
    public static MemorySegment function(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /** Where calls leave errno; one for each thread that looks at it. */
    public static MemorySegment state(Arena arena) {
        return arena.allocate(STATE);
    }

    /** The errno of the last call with this state. */
    public static int errno(MemorySegment state) {
        return state.asByteBuffer().order(ByteOrder.nativeOrder()).getInt(ERRNO);
    }

    /** Calls. */
    public static long call(MemorySegment function, MemorySegment state, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) CALL.invokeExact(function, state, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}
