// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.lang.foreign.MemorySegment;

/** An open file or device, perhaps locked, with a part of it mapped shared. Closing unmaps and unlocks. */
public final class Mapping implements AutoCloseable {
    private final int fd;
    private final MemorySegment segment;
    private final DeviceMemory memory;

    private Mapping(int fd, MemorySegment segment) {
        this.fd = fd;
        this.segment = segment;
        memory = new DeviceMemory(segment);
    }

    /** What the mapping may be used for, and whether others are kept out. */
    public enum Access {
        /** Loads only. */
        READ,
        /** Loads and stores. */
        WRITE,
        /** Loads and stores, and an exclusive lock on the file: a second such opening fails with EAGAIN. */
        WRITE_LOCKED
    }

    /**
     * Opens and maps.
     *
     * @param offset bytes, a multiple of 4096; for a UIO device map number x 4096
     * @param size bytes, a multiple of 4096
     * @throws LinuxException if opening, locking or mapping fails
     */
    public static Mapping open(String path, long offset, long size, Access access) throws LinuxException {
        boolean write = access != Access.READ;
        int fd = Libc.open(path, (write ? Libc.O_RDWR : Libc.O_RDONLY) | Libc.O_SYNC);
        try {
            if (access == Access.WRITE_LOCKED) {
                Libc.flock(fd, Libc.LOCK_EX | Libc.LOCK_NB, path);
            }
            int protection = write ? Libc.PROT_READ | Libc.PROT_WRITE : Libc.PROT_READ;
            return new Mapping(fd, Libc.mmap(fd, offset, size, protection, path));
        } catch (LinuxException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** The mapped bytes; not to be used after {@link #close}. */
    public DeviceMemory memory() {
        return memory;
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        Libc.munmap(segment);
        Libc.close(fd);
    }
}
