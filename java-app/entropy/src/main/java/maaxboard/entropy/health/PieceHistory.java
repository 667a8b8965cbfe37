// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.util.Arrays;

/** The hashes of the last pieces of one token, oldest forgotten first. Grows to about 1 MiB. */
final class PieceHistory {
    static final int LENGTH = 65_536;

    /** Lengths are powers of two. */
    private static final int FIRST_LENGTH = 1024;
    private static final int GROWTH = 4;

    private long[] hashes = new long[FIRST_LENGTH];
    /** Open addressing with linear probing: place in {@code hashes} plus 1, or 0. At most half full. */
    private int[] table = new int[2 * FIRST_LENGTH];
    private long added;

    boolean contains(long hash) {
        int mask = table.length - 1;
        for (int at = (int) hash & mask; table[at] != 0; at = at + 1 & mask) {
            if (hashes[table[at] - 1] == hash) {
                return true;
            }
        }
        return false;
    }

    void add(long hash) {
        if (added == hashes.length && hashes.length < LENGTH) {
            grow();
        }
        int place = (int) added & hashes.length - 1;
        if (added >= LENGTH) {
            remove(place);
        }
        hashes[place] = hash;
        added++;
        enter(place);
    }

    private void grow() {
        int full = hashes.length;
        hashes = Arrays.copyOf(hashes, Math.min(LENGTH, GROWTH * full));
        table = new int[2 * hashes.length];
        for (int place = 0; place < full; place++) {
            enter(place);
        }
    }

    private void enter(int place) {
        int mask = table.length - 1;
        int at = (int) hashes[place] & mask;
        while (table[at] != 0) {
            at = at + 1 & mask;
        }
        table[at] = place + 1;
    }

    private void remove(int place) {
        int mask = table.length - 1;
        int hole = (int) hashes[place] & mask;
        while (table[hole] != place + 1) {
            hole = hole + 1 & mask;
        }
        // Close the hole, so that a search never stops short of an entry that once stepped over it.
        for (int at = hole + 1 & mask; table[at] != 0; at = at + 1 & mask) {
            int home = (int) hashes[table[at] - 1] & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                table[hole] = table[at];
                hole = at;
            }
        }
        table[hole] = 0;
    }
}
