// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The functions of the C library that this program needs, one Java method each. LP64 Linux only. */
final class Libc {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    /** Asks UIO for an uncached mapping where the kernel leaves the choice to the file's flags. */
    static final int O_SYNC = 0x101000;
    static final int O_CLOEXEC = 0x80000;
    static final int O_NONBLOCK = 0x800;
    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;
    static final int MAP_SHARED = 1;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;
    static final int POLLIN = 1;
    static final int EFD_NONBLOCK = 0x800;
    static final int PR_SET_DUMPABLE = 4;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout PTR = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_FIELD = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private Libc() {
    }

    // Each function's handle is made when the function is first called: a one-shot command pays only for what it uses.

    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    private static final class Open {
        static final MethodHandle OPEN = function("open", FunctionDescriptor.of(INT, PTR, INT, INT), ERRNO,
                Linker.Option.firstVariadicArg(2));
        static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));
        static final MethodHandle FLOCK = function("flock", FunctionDescriptor.of(INT, INT, INT), ERRNO);
        static final MethodHandle MMAP = function("mmap", FunctionDescriptor.of(PTR, PTR, LONG, INT, INT, INT, LONG),
                ERRNO);
        static final MethodHandle MUNMAP = function("munmap", FunctionDescriptor.of(INT, PTR, LONG));
    }

    private static final class Wait {
        static final MethodHandle EVENTFD = function("eventfd", FunctionDescriptor.of(INT, INT, INT), ERRNO);
        static final MethodHandle POLL = function("poll", FunctionDescriptor.of(INT, PTR, LONG, INT), ERRNO);
        static final MethodHandle READ = function("read", FunctionDescriptor.of(LONG, INT, PTR, LONG), ERRNO);
        static final MethodHandle PREAD = function("pread", FunctionDescriptor.of(LONG, INT, PTR, LONG, LONG), ERRNO);
        static final MethodHandle WRITE = function("write", FunctionDescriptor.of(LONG, INT, PTR, LONG), ERRNO);
    }

    private static final class Log {
        static final MethodHandle OPENLOG = function("openlog", FunctionDescriptor.ofVoid(PTR, INT, INT));
        static final MethodHandle SYSLOG = function("syslog", FunctionDescriptor.ofVoid(INT, PTR, PTR),
                Linker.Option.firstVariadicArg(2));
    }

    /** Every command calls it. It has the shape of the PKCS#11 calls, which is linked once for both; no result is looked at. */
    private static final class Prctl {
        static final MethodHandle PRCTL = function("prctl", FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG));
    }

    private static final class Process {
        static final MethodHandle GETRANDOM = function("getrandom", FunctionDescriptor.of(LONG, PTR, LONG, INT), ERRNO);
        static final MethodHandle SETENV = function("setenv", FunctionDescriptor.of(INT, PTR, PTR, INT), ERRNO);
    }

    private static final class Text {
        static final MethodHandle STRERROR = function("strerror", FunctionDescriptor.of(PTR, INT));
    }

    @FunctionalInterface
    private interface Call {
        long invoke(Arena arena, MemorySegment state) throws Throwable;
    }

    /** Runs {@code call}; a result of -1 becomes a {@link LinuxException} that says what was tried. */
    private static long checked(String what, Call call) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            long result = call.invoke(arena, state);
            if (result == -1) {
                throw new LinuxException(what, (int) ERRNO_FIELD.get(state, 0L));
            }
            return result;
        } catch (LinuxException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static long unchecked(Call call) {
        try (var arena = Arena.ofConfined()) {
            return call.invoke(arena, MemorySegment.NULL);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    static int open(String path, int flags) throws LinuxException {
        return (int) checked("open " + path,
                (arena, state) -> (int) Open.OPEN.invokeExact(state, arena.allocateFrom(path), flags | O_CLOEXEC, 0));
    }

    static void close(int fd) {
        unchecked((arena, state) -> (int) Open.CLOSE.invokeExact(fd));
    }

    static void flock(int fd, int operation, String path) throws LinuxException {
        checked("lock " + path, (arena, state) -> (int) Open.FLOCK.invokeExact(state, fd, operation));
    }

    /** @param size bytes; @param offset bytes, a multiple of the page size */
    static MemorySegment mmap(int fd, long offset, long size, int protection, String path) throws LinuxException {
        long address = checked("mmap " + path + " offset " + offset + " size " + size, (arena, state) ->
                ((MemorySegment) Open.MMAP.invokeExact(state, MemorySegment.NULL, size, protection, MAP_SHARED, fd,
                        offset)).address());
        return MemorySegment.ofAddress(address).reinterpret(size);
    }

    static void munmap(MemorySegment mapping) {
        unchecked((arena, state) -> (int) Open.MUNMAP.invokeExact(mapping, mapping.byteSize()));
    }

    static int eventfd() throws LinuxException {
        return (int) checked("eventfd",
                (arena, state) -> (int) Wait.EVENTFD.invokeExact(state, 0, EFD_NONBLOCK | O_CLOEXEC));
    }

    /**
     * Waits until one of the descriptors is readable.
     *
     * @return bit i set: descriptor i is readable; 0: the time ran out or a signal came
     */
    static int poll(int timeoutMillis, int... fds) {
        return (int) unchecked((arena, none) -> {
            var state = arena.allocate(STATE);
            var set = arena.allocate(8L * fds.length, 4);
            for (int i = 0; i < fds.length; i++) {
                set.set(INT, 8L * i, fds[i]);
                set.set(INT, 8L * i + 4, POLLIN);
            }
            if ((int) Wait.POLL.invokeExact(state, set, (long) fds.length, timeoutMillis) <= 0) {
                return 0L;
            }
            long ready = 0;
            for (int i = 0; i < fds.length; i++) {
                if ((set.get(INT, 8L * i + 4) >>> 16 & POLLIN) != 0) {
                    ready |= 1L << i;
                }
            }
            return ready;
        });
    }

    /**
     * Reads into {@code target}; the native copy is wiped.
     *
     * @return how many bytes; 0 at the end
     */
    static int read(int fd, byte[] target, String path) throws LinuxException {
        return (int) checked("read " + path, (arena, state) -> {
            var buffer = arena.allocate(target.length);
            return moved(buffer, target, (long) Wait.READ.invokeExact(state, fd, buffer, (long) target.length));
        });
    }

    /** As {@link #read}, from that place in the file; ESPIPE if it is no file. */
    static int pread(int fd, byte[] target, long offset, String path) throws LinuxException {
        return (int) checked("read " + path, (arena, state) -> {
            var buffer = arena.allocate(target.length);
            return moved(buffer, target, (long) Wait.PREAD.invokeExact(state, fd, buffer, (long) target.length, offset));
        });
    }

    private static long moved(MemorySegment buffer, byte[] target, long length) {
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, target, 0, (int) Math.max(0, length));
        buffer.fill((byte) 0);
        return length;
    }

    /** Reads up to 8 bytes and forgets them: what eventfd and UIO answer is only a count. */
    static void drain(int fd, int bytes) {
        unchecked((arena, none) -> (long) Wait.READ.invokeExact(arena.allocate(STATE), fd, arena.allocate(8, 8),
                (long) bytes));
    }

    /** @return whether all four bytes were taken */
    static boolean writeInt(int fd, int value) {
        return 4 == unchecked((arena, none) -> (long) Wait.WRITE.invokeExact(arena.allocate(STATE), fd,
                arena.allocateFrom(INT, value), 4L));
    }

    static void writeLong(int fd, long value) {
        unchecked((arena, none) -> (long) Wait.WRITE.invokeExact(arena.allocate(STATE), fd, arena.allocateFrom(LONG,
                value), 8L));
    }

    /** The identity is kept by the C library for the life of the process, so it is never freed. */
    static void openlog(String identity, int options, int facility) {
        var name = Arena.global().allocateFrom(identity);
        unchecked((arena, state) -> {
            Log.OPENLOG.invokeExact(name, options, facility);
            return 0;
        });
    }

    static void syslog(int priority, String message) {
        unchecked((arena, state) -> {
            Log.SYSLOG.invokeExact(priority, arena.allocateFrom("%s"), arena.allocateFrom(message));
            return 0;
        });
    }

    static void prctl(int option, long value) {
        unchecked((arena, state) -> (long) Prctl.PRCTL.invokeExact((long) option, value, 0L, 0L, 0L));
    }

    static void getrandom(byte[] target) throws LinuxException {
        checked("getrandom", (arena, state) -> {
            var buffer = arena.allocate(target.length);
            long got = (long) Process.GETRANDOM.invokeExact(state, buffer, (long) target.length, 0);
            if (got == target.length) {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, target, 0, target.length);
                buffer.fill((byte) 0);
                return got;
            }
            return -1;
        });
    }

    static void setenv(String name, String value) throws LinuxException {
        checked("setenv " + name, (arena, state) ->
                (int) Process.SETENV.invokeExact(state, arena.allocateFrom(name), arena.allocateFrom(value), 1));
    }

    static String strerror(int errno) {
        try {
            return ((MemorySegment) Text.STRERROR.invokeExact(errno)).reinterpret(256).getString(0);
        } catch (Throwable e) {
            return "errno " + errno;
        }
    }
}
