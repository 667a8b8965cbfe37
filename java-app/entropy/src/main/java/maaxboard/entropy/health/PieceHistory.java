// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** The hashes of the last pieces of one token, oldest forgotten first. About 1 MiB. */
final class PieceHistory {
    static final int LENGTH = 65_536;

    private static final int MASK = 2 * LENGTH - 1;

    private final long[] hashes = new long[LENGTH];
    /** Open addressing with linear probing: place in {@code hashes} plus 1, or 0. At most half full. */
    private final int[] table = new int[2 * LENGTH];
    private long added;

    boolean contains(long hash) {
        for (int at = home(hash); table[at] != 0; at = at + 1 & MASK) {
            if (hashes[table[at] - 1] == hash) {
                return true;
            }
        }
        return false;
    }

    void add(long hash) {
        int place = (int) (added % LENGTH);
        if (added >= LENGTH) {
            remove(place);
        }
        hashes[place] = hash;
        added++;
        int at = home(hash);
        while (table[at] != 0) {
            at = at + 1 & MASK;
        }
        table[at] = place + 1;
    }

    private void remove(int place) {
        int hole = home(hashes[place]);
        while (table[hole] != place + 1) {
            hole = hole + 1 & MASK;
        }
        // Close the hole, so that a search never stops short of an entry that once stepped over it.
        for (int at = hole + 1 & MASK; table[at] != 0; at = at + 1 & MASK) {
            int home = home(hashes[table[at] - 1]);
            if ((at - home & MASK) >= (at - hole & MASK)) {
                table[hole] = table[at];
                hole = at;
            }
        }
        table[hole] = 0;
    }

    private static int home(long hash) {
        return (int) hash & MASK;
    }
}
