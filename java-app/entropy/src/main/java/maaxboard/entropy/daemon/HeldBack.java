// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.Arrays;

/**
 * The end of what a token gave and what passed, kept until the next unit has passed too: a fault that begins there may
 * show only then. Filled by the thread of the token's module, dropped by any.
 */
final class HeldBack {
    private byte[] held = {};

    /**
     * Takes a unit that passed, which is wiped.
     *
     * @param keep how many bytes at the end wait for the next unit
     * @return what may go on: what was held and the unit, but for those bytes
     */
    synchronized byte[] pass(byte[] unit, int keep) {
        byte[] all = Arrays.copyOf(held, held.length + unit.length);
        System.arraycopy(unit, 0, all, held.length, unit.length);
        Arrays.fill(unit, (byte) 0);
        drop();
        int on = Math.max(0, all.length - keep);
        held = Arrays.copyOfRange(all, on, all.length);
        byte[] free = Arrays.copyOf(all, on);
        Arrays.fill(all, (byte) 0);
        return free;
    }

    /** Wipes what is held: nothing vouches for it. The number of bytes. */
    synchronized int drop() {
        int bytes = held.length;
        Arrays.fill(held, (byte) 0);
        held = new byte[0];
        return bytes;
    }
}
