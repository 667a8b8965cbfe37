// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** A new file that only its owner may read, from its first moment, for writing. */
public final class PrivateFile extends OutputStream {
    private final int fd;
    private final Path path;
    private boolean open = true;

    private PrivateFile(int fd, Path path) {
        this.fd = fd;
        this.path = path;
    }

    /**
     * Makes the file.
     *
     * @throws LinuxException if it cannot be made, or is there already
     */
    public static PrivateFile create(Path path) throws LinuxException {
        return new PrivateFile(Libc.open(path.toString(), Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, 0600), path);
    }

    @Override
    public void write(int b) throws LinuxException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws LinuxException {
        var part = Arrays.copyOfRange(bytes, from, from + length);
        try {
            Libc.write(fd, part, path.toString());
        } finally {
            Arrays.fill(part, (byte) 0);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            Libc.close(fd);
        }
    }
}
