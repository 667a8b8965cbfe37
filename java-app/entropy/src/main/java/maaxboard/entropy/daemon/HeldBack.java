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
        int on = Math.max(0, held.length + unit.length - keep);
        int ofHeld = Math.min(on, held.length);
        int ofUnit = on - ofHeld;
        byte[] free = Arrays.copyOf(held, on);
        System.arraycopy(unit, 0, free, ofHeld, ofUnit);
        byte[] kept = Arrays.copyOfRange(held, ofHeld, held.length + unit.length - ofUnit);
        System.arraycopy(unit, ofUnit, kept, held.length - ofHeld, unit.length - ofUnit);
        Wipe.zero(unit);
        drop();
        held = kept;
        return free;
    }

    /** Wipes what is held: nothing vouches for it. The number of bytes. */
    synchronized int drop() {
        int bytes = held.length;
        Wipe.zero(held);
        held = new byte[0];
        return bytes;
    }
}
