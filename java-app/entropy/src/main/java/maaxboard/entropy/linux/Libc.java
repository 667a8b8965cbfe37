// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import maaxboard.entropy.memory.NativeCall;
import maaxboard.entropy.memory.NativeMemory;

/** The functions of the C library that this program needs, one Java method each. LP64 Linux only. */
final class Libc {
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
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
    static final int SHUT_WR = 1;
    static final int SHUT_RDWR = 2;
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = O_CLOEXEC;
    private static final int BACKLOG = 16;
    /** sockaddr_un: the family, then a path with the zero that ends it. */
    private static final int SOCKET_ADDRESS = 110;
    private static final int SOCKET_PATH = 2;
    private static final int ENAMETOOLONG = 36;

    private Libc() {
    }

    // Each function is looked up when it is first called.

    private static final class Open {
        static final MemorySegment OPEN = NativeCall.function("open");
        static final MemorySegment CLOSE = NativeCall.function("close");
        static final MemorySegment FLOCK = NativeCall.function("flock");
        static final MemorySegment MMAP = NativeCall.function("mmap");
        static final MemorySegment MUNMAP = NativeCall.function("munmap");
    }

    private static final class Wait {
        static final MemorySegment EVENTFD = NativeCall.function("eventfd");
        static final MemorySegment POLL = NativeCall.function("poll");
        static final MemorySegment READ = NativeCall.function("read");
        static final MemorySegment PREAD = NativeCall.function("pread");
        static final MemorySegment WRITE = NativeCall.function("write");
    }

    private static final class Socket {
        static final MemorySegment SOCKET = NativeCall.function("socket");
        static final MemorySegment FCHMOD = NativeCall.function("fchmod");
        static final MemorySegment BIND = NativeCall.function("bind");
        static final MemorySegment LISTEN = NativeCall.function("listen");
        static final MemorySegment ACCEPT4 = NativeCall.function("accept4");
        static final MemorySegment CONNECT = NativeCall.function("connect");
        static final MemorySegment SHUTDOWN = NativeCall.function("shutdown");
    }

    private static final class Log {
        static final MemorySegment OPENLOG = NativeCall.function("openlog");
        static final MemorySegment SYSLOG = NativeCall.function("syslog");
    }

    private static final class Process {
        static final MemorySegment GETPID = NativeCall.function("getpid");
        static final MemorySegment PRCTL = NativeCall.function("prctl");
        static final MemorySegment GETRANDOM = NativeCall.function("getrandom");
        static final MemorySegment SETENV = NativeCall.function("setenv");
    }

    private static final class Text {
        static final MemorySegment STRERROR = NativeCall.function("strerror");
    }

    /** What one call needs beside its numbers: memory of its own. */
    private static final class Frame implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();

        long call(MemorySegment function, long a, long b, long c) {
            return NativeCall.call(function, a, b, c, 0, 0, 0);
        }

        /** A function that returns an int; -1 becomes a {@link LinuxException} that says what was tried. */
        int checkedInt(String what, MemorySegment function, long a, long b, long c) throws LinuxException {
            return checkedInt(what, function, a, b, c, 0);
        }

        int checkedInt(String what, MemorySegment function, long a, long b, long c, long d) throws LinuxException {
            int result = (int) NativeCall.call(function, a, b, c, d, 0, 0);
            if (result == -1) {
                var again = NativeCall.again(function, a, b, c, d, 0, 0);
                result = (int) again.value();
                if (result == -1) {
                    throw new LinuxException(what, again.errno());
                }
            }
            return result;
        }

        /** As {@link #checkedInt}, of a function that returns 64 bits. */
        long checked(String what, MemorySegment function, long a, long b, long c, long d, long e, long f) throws LinuxException {
            long result = NativeCall.call(function, a, b, c, d, e, f);
            if (result == -1) {
                var again = NativeCall.again(function, a, b, c, d, e, f);
                result = again.value();
                if (result == -1) {
                    throw new LinuxException(what, again.errno());
                }
            }
            return result;
        }

        long checked(String what, MemorySegment function, long a, long b, long c) throws LinuxException {
            return checked(what, function, a, b, c, 0, 0, 0);
        }

        NativeMemory memory(int size) {
            return NativeMemory.of(arena, size);
        }

        long text(String text) {
            return NativeMemory.text(arena, text).address();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /**
     * What a thread needs that waits over and over: memory made once, because making it for each call takes longer than the
     * call. One thread's, but for {@link #signal}, which only reads from it.
     */
    static final class Waiting implements AutoCloseable {
        private static final int POLLFD = 8;
        private static final int COUNT = 8;

        private final Arena arena = Arena.ofShared();
        private final NativeMemory set;
        private final NativeMemory read = NativeMemory.of(arena, COUNT);
        private final NativeMemory one = NativeMemory.of(arena, COUNT);

        /** @param fds the descriptors that are waited for */
        Waiting(int... fds) {
            set = NativeMemory.of(arena, POLLFD * fds.length);
            for (int i = 0; i < fds.length; i++) {
                set.bytes().putInt(POLLFD * i, fds[i]).putInt(POLLFD * i + 4, POLLIN);
            }
            one.bytes().putLong(0, 1);
        }

        private long call(MemorySegment function, long a, long b, long c) {
            return NativeCall.call(function, a, b, c, 0, 0, 0);
        }

        /**
         * Waits until one of the first {@code count} descriptors is readable.
         *
         * @return bit i set: descriptor i is readable; 0: the time ran out or a signal came
         */
        int poll(int count, int timeoutMillis) {
            int ready = 0;
            if ((int) call(Wait.POLL, set.address(), count, timeoutMillis) > 0) {
                for (int i = 0; i < count; i++) {
                    if ((set.bytes().getInt(POLLFD * i + 4) >>> 16 & POLLIN) != 0) {
                        ready |= 1 << i;
                    }
                }
            }
            return ready;
        }

        /** Reads what eventfd (8 bytes) or UIO (4) have counted, and forgets it. */
        void drain(int fd, int bytes) {
            call(Wait.READ, fd, read.address(), bytes);
        }

        /** Writes the number 1 as eventfd (8 bytes) or UIO (4) want it: whether it was taken. May be called by any thread. */
        boolean signal(int fd, int bytes) {
            return bytes == call(Wait.WRITE, fd, one.address(), bytes);
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    static int open(String path, int flags) throws LinuxException {
        return open(path, flags, 0);
    }

    /** @param mode of a file that is made */
    static int open(String path, int flags, int mode) throws LinuxException {
        try (var frame = new Frame()) {
            return frame.checkedInt("open " + path, Open.OPEN, frame.text(path), flags | O_CLOEXEC, mode);
        }
    }

    static void close(int fd) {
        try (var frame = new Frame()) {
            frame.call(Open.CLOSE, fd, 0, 0);
        }
    }

    static void flock(int fd, int operation, String path) throws LinuxException {
        try (var frame = new Frame()) {
            frame.checkedInt("lock " + path, Open.FLOCK, fd, operation, 0);
        }
    }

    /** @param size bytes; @param offset bytes, a multiple of the page size */
    static MemorySegment mmap(int fd, long offset, long size, int protection, String path) throws LinuxException {
        try (var frame = new Frame()) {
            long address = frame.checked("mmap " + path + " offset " + offset + " size " + size,
                    Open.MMAP, 0, size, protection, MAP_SHARED, fd, offset);
            return MemorySegment.ofAddress(address).reinterpret(size);
        }
    }

    static void munmap(MemorySegment mapping) {
        try (var frame = new Frame()) {
            frame.call(Open.MUNMAP, mapping.address(), mapping.byteSize(), 0);
        }
    }

    static int eventfd() throws LinuxException {
        try (var frame = new Frame()) {
            return frame.checkedInt("eventfd", Wait.EVENTFD, 0, EFD_NONBLOCK | O_CLOEXEC, 0);
        }
    }

    /**
     * Reads into {@code target}; the native copy is wiped.
     *
     * @return how many bytes; 0 at the end
     */
    static int read(int fd, byte[] target, String path) throws LinuxException {
        try (var frame = new Frame()) {
            var buffer = frame.memory(target.length);
            return moved(buffer, target,
                    frame.checked("read " + path, Wait.READ, fd, buffer.address(), target.length));
        }
    }

    /** As {@link #read}, from that place in the file; ESPIPE if it is no file. */
    static int pread(int fd, byte[] target, long offset, String path) throws LinuxException {
        try (var frame = new Frame()) {
            var buffer = frame.memory(target.length);
            return moved(buffer, target, frame.checked("read " + path,
                    Wait.PREAD, fd, buffer.address(), target.length, offset, 0, 0));
        }
    }

    /** Writes all bytes; the native copy is wiped. */
    static void write(int fd, byte[] bytes, String path) throws LinuxException {
        try (var frame = new Frame()) {
            var buffer = frame.memory(bytes.length);
            buffer.bytes().put(0, bytes);
            try {
                for (int at = 0; at < bytes.length; ) {
                    at += (int) frame.checked("write " + path, Wait.WRITE, fd, buffer.address() + at, bytes.length - at);
                }
            } finally {
                buffer.bytes().put(0, new byte[bytes.length]);
            }
        }
    }

    static int socket() throws LinuxException {
        try (var frame = new Frame()) {
            return frame.checkedInt("socket", Socket.SOCKET, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        }
    }

    /** Of a socket that has no name yet: the mode that its file will have. */
    static void fchmod(int fd, int mode, String path) throws LinuxException {
        try (var frame = new Frame()) {
            frame.checkedInt("fchmod " + path, Socket.FCHMOD, fd, mode, 0);
        }
    }

    static void bind(int fd, String path) throws LinuxException {
        try (var frame = new Frame()) {
            frame.checkedInt("bind " + path, Socket.BIND, fd, socketAddress(frame, path), SOCKET_ADDRESS);
        }
    }

    static void connect(int fd, String path) throws LinuxException {
        try (var frame = new Frame()) {
            frame.checkedInt("connect " + path, Socket.CONNECT, fd, socketAddress(frame, path), SOCKET_ADDRESS);
        }
    }

    private static long socketAddress(Frame frame, String path) throws LinuxException {
        var name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= SOCKET_ADDRESS - SOCKET_PATH) {
            throw new LinuxException("socket " + path, ENAMETOOLONG);
        }
        var address = frame.memory(SOCKET_ADDRESS);
        address.bytes().putShort(0, (short) AF_UNIX).put(SOCKET_PATH, name);
        return address.address();
    }

    static void listen(int fd, String path) throws LinuxException {
        try (var frame = new Frame()) {
            frame.checkedInt("listen " + path, Socket.LISTEN, fd, BACKLOG, 0);
        }
    }

    static int accept(int fd, String path) throws LinuxException {
        try (var frame = new Frame()) {
            return frame.checkedInt("accept " + path, Socket.ACCEPT4, fd, 0, 0, SOCK_CLOEXEC);
        }
    }

    static void shutdown(int fd, int how) {
        try (var frame = new Frame()) {
            frame.call(Socket.SHUTDOWN, fd, how, 0);
        }
    }

    private static int moved(NativeMemory buffer, byte[] target, long length) {
        buffer.bytes().get(0, target, 0, (int) length);
        buffer.bytes().put(0, new byte[target.length]);
        return (int) length;
    }

    /** The identity is kept by the C library for the life of the process, so it is never freed. */
    static void openlog(String identity, int options, int facility) {
        long name = NativeMemory.text(Arena.global(), identity).address();
        try (var frame = new Frame()) {
            frame.call(Log.OPENLOG, name, options, facility);
        }
    }

    static void syslog(int priority, String message) {
        try (var frame = new Frame()) {
            frame.call(Log.SYSLOG, priority, frame.text("%s"), frame.text(message));
        }
    }

    static int getpid() {
        try (var frame = new Frame()) {
            return (int) frame.call(Process.GETPID, 0, 0, 0);
        }
    }

    static void prctl(int option, long value) {
        try (var frame = new Frame()) {
            frame.call(Process.PRCTL, option, value, 0);
        }
    }

    static void getrandom(byte[] target) throws LinuxException {
        try (var frame = new Frame()) {
            var buffer = frame.memory(target.length);
            long got = frame.checked("getrandom", Process.GETRANDOM, buffer.address(), target.length, 0);
            if (moved(buffer, target, got) != target.length) {
                throw new LinuxException("getrandom", 0);
            }
        }
    }

    static void setenv(String name, String value) throws LinuxException {
        try (var frame = new Frame()) {
            frame.checkedInt("setenv " + name, Process.SETENV, frame.text(name), frame.text(value), 1);
        }
    }

    static String strerror(int errno) {
        try (var frame = new Frame()) {
            return MemorySegment.ofAddress(frame.call(Text.STRERROR, errno, 0, 0)).reinterpret(256).getString(0);
        } catch (RuntimeException e) {
            return "errno " + errno;
        }
    }
}
