// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.io.IOException;

/** A call of the C library failed. The message says what was tried, on what, and why it failed. */
public final class LinuxException extends IOException {
    private static final long serialVersionUID = 1L;

    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EAGAIN = 11;
    private static final int EACCES = 13;
    private static final int ESPIPE = 29;
    private static final int EPIPE = 32;

    private final int errno;

    LinuxException(String what, int errno) {
        super(what + ": " + Libc.strerror(errno));
        this.errno = errno;
    }

    /** The C library's error number, as in errno(3). */
    public int errno() {
        return errno;
    }

    /** EACCES or EPERM: the caller's user or capabilities do not suffice. */
    public boolean notPermitted() {
        return errno == EACCES || errno == EPERM;
    }

    /** ENOENT: there is no such file. */
    public boolean notFound() {
        return errno == ENOENT;
    }

    /** ESPIPE: a pipe or the like, which has no places. */
    boolean noPlaces() {
        return errno == ESPIPE;
    }

    /** EPIPE: from /dev/kmsg, the record was overwritten before it was read. */
    boolean overwritten() {
        return errno == EPIPE;
    }

    /** EAGAIN: somebody else holds the lock. */
    public boolean busy() {
        return errno == EAGAIN;
    }
}
