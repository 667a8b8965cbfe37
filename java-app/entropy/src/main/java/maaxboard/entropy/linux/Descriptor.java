// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.util.Arrays;

/** A descriptor that this process was started with. It is read itself: its file may not be open to this user. */
public final class Descriptor {
    private Descriptor() {
    }

    /**
     * The first line: of a file from its start, each time anew; of a pipe what comes next, once.
     *
     * @param target takes the bytes, the line's end among them if it fits
     * @return how many bytes
     */
    public static int readLine(int fd, byte[] target) throws LinuxException {
        int length = 0;
        while (length < target.length) {
            var part = new byte[target.length - length];
            int got = read(fd, part, length);
            System.arraycopy(part, 0, target, length, got);
            boolean last = got == 0;
            for (int i = 0; i < got; i++) {
                last |= part[i] == '\n';
            }
            Arrays.fill(part, (byte) 0);
            length += got;
            if (last) {
                break;
            }
        }
        return length;
    }

    /** Writes these bytes and closes the descriptor. */
    public static void writeAndClose(int fd, byte[] bytes) throws LinuxException {
        try {
            Libc.write(fd, bytes, "fd:" + fd);
        } finally {
            Libc.close(fd);
        }
    }

    private static int read(int fd, byte[] part, int offset) throws LinuxException {
        try {
            return Libc.pread(fd, part, offset, "fd:" + fd);
        } catch (LinuxException e) {
            if (!e.noPlaces()) {
                throw e;
            }
            return Libc.read(fd, part, "fd:" + fd);
        }
    }
}
