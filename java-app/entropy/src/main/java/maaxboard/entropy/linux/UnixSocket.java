// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.nio.file.Path;

/**
 * A stream socket of the Unix domain (unix(7)), blocking. The JDK has such channels, too; opening one starts its security
 * providers, its service loader and its internet addresses, a tenth of a second and a megabyte in the guest.
 */
public final class UnixSocket implements AutoCloseable {
    private final int fd;
    private final String path;
    private volatile boolean shut;

    private UnixSocket(int fd, String path) {
        this.fd = fd;
        this.path = path;
    }

    /**
     * Listens at a path that does not exist yet; the file made there has mode 0600 from its first moment.
     *
     * @throws LinuxException if it cannot be made: the path is longer than 107 bytes, is there already, ...
     */
    public static UnixSocket listen(Path path) throws LinuxException {
        var socket = new UnixSocket(Libc.socket(), path.toString());
        try {
            Libc.fchmod(socket.fd, 0600, socket.path);
            Libc.bind(socket.fd, socket.path);
            Libc.listen(socket.fd, socket.path);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** @throws LinuxException if nobody listens there, or this user may not connect */
    public static UnixSocket connect(Path path) throws LinuxException {
        var socket = new UnixSocket(Libc.socket(), path.toString());
        try {
            Libc.connect(socket.fd, socket.path);
            return socket;
        } catch (LinuxException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for the next client. @throws LinuxException also if this socket {@link #isShut} */
    public UnixSocket accept() throws LinuxException {
        return new UnixSocket(Libc.accept(fd, path), path);
    }

    /**
     * Waits for bytes.
     *
     * @return how many lie in {@code target} from its start; 0: the other side sends no more
     */
    public int read(byte[] target) throws LinuxException {
        return Libc.read(fd, target, path);
    }

    /** Writes all of them. */
    public void write(byte[] bytes) throws LinuxException {
        Libc.write(fd, bytes, path);
    }

    /** Tells the other side that no more comes; its answer can still be read. */
    public void shutdownOutput() {
        Libc.shutdown(fd, Libc.SHUT_WR);
    }

    /** Ends what any thread waits for at this socket, for good. */
    public void shutdown() {
        shut = true;
        Libc.shutdown(fd, Libc.SHUT_RDWR);
    }

    /** Whether {@link #shutdown} was called. */
    public boolean isShut() {
        return shut;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
