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
 *
 * <p>A shape that keeps errno takes a tenth longer to link. Few calls fail, so it is linked for the first that does, and
 * that call is made once more.
 */
public final class NativeCall {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG);
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle CALL = LINKER.downcallHandle(SHAPE);

    /** The shape that keeps errno. */
    private static final class Again {
        private static final MethodHandle CALL = LINKER.downcallHandle(SHAPE, Linker.Option.captureCallState("errno"));
        private static final StructLayout STATE = Linker.Option.captureStateLayout();
        private static final int ERRNO = (int) STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    }

    private NativeCall() {
    }

    /** A function of the C library. */
    public static MemorySegment function(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /** Calls. */
    public static long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) CALL.invokeExact(function, a, b, c, d, e, f);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    /** What a call returned that was made to learn its errno. */
    public record Result(long value, int errno) {
    }

    /** Calls, and keeps errno: once more after {@link #call} has told of a failure. This time it may succeed. */
    public static Result again(MemorySegment function, long a, long b, long c, long d, long e, long f) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Again.STATE);
            long value = (long) Again.CALL.invokeExact(function, state, a, b, c, d, e, f);
            return new Result(value, state.asByteBuffer().order(ByteOrder.nativeOrder()).getInt(Again.ERRNO));
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }
}
