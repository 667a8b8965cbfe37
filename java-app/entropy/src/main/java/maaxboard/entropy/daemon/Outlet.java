// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

/** Where tested units go on their way to the region. Fed by the module threads, emptied by the region's thread. */
interface Outlet {
    /** How many units of this token are to be read now, {@code most} at most. */
    int wanted(TokenEntry entry, int most);

    /** Takes a unit that passed every test; the array is the outlet's from now on. */
    void accept(TokenEntry entry, byte[] unit);

    /** The next bytes to publish, or null. */
    Ready next();

    /** Drops everything that waits. */
    void clear();

    /**
     * Bytes that may be published.
     *
     * @param source what the slot carries as its source
     * @param entry the token, or null for mixed bytes
     */
    record Ready(byte[] bytes, int source, TokenEntry entry) {
    }
}
