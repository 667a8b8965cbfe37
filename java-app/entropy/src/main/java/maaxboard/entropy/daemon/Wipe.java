// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

/** Overwrites random bytes that are no longer needed. */
final class Wipe {
    private static final byte[] ZEROS = new byte[1024];

    private Wipe() {
    }

    /** Zeroes all of it. Copied zeros: C1 makes a loop over bytes of {@code Arrays.fill}. */
    static void zero(byte[] bytes) {
        for (int at = 0; at < bytes.length; at += ZEROS.length) {
            System.arraycopy(ZEROS, 0, bytes, at, Math.min(ZEROS.length, bytes.length - at));
        }
    }
}
