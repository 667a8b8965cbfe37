// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** An open session with a token. It belongs to the thread that uses its module. */
public final class Session implements AutoCloseable {
    /** The most bytes one C_GenerateRandom asks for: OpenSC keeps the card until all of them are there. */
    public static final int MAX_REQUEST = 4096;

    private static final byte[] ZEROS = new byte[MAX_REQUEST];

    private final Pkcs11Module module;
    private final long slot;
    private final long handle;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(MAX_REQUEST);
    private final long address = memory.address();
    // A buffer copies small pieces faster than its segment does.
    private final ByteBuffer buffer = memory.asByteBuffer();
    private boolean open = true;

    Session(Pkcs11Module module, long slot, long handle) {
        this.module = module;
        this.slot = slot;
        this.handle = handle;
    }

    public long slot() {
        return slot;
    }

    long handle() {
        return handle;
    }

    /**
     * C_GenerateRandom into a part of {@code target}. The native buffer is zeroed before and after: bytes that a module
     * did not write are then zeros, not leftovers, and none stay behind.
     *
     * @param length 1 to {@link #MAX_REQUEST}
     */
    public void generateRandom(byte[] target, int from, int length) throws Pkcs11Exception {
        if (length < 1 || length > MAX_REQUEST) {
            throw new IllegalArgumentException(length + " bytes");
        }
        try {
            module.generateRandom(this, address, length);
            buffer.get(0, target, from, length);
        } finally {
            buffer.put(0, ZEROS, 0, length);
        }
    }

    /**
     * C_Login as the user.
     *
     * @param pin UTF-8; wiping it is the caller's duty
     */
    public void login(byte[] pin) throws Pkcs11Exception {
        module.login(handle, pin);
    }

    /** C_CloseSession, once. */
    @Override
    public void close() throws Pkcs11Exception {
        if (open) {
            open = false;
            arena.close();
            module.closeSession(handle);
        }
    }
}
