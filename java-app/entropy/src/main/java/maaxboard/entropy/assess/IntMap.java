// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** Positive ints to non-zero ints, open addressing, key and value side by side. */
final class IntMap {
    private int[] slots = new int[2 << 10];
    private int size;

    /** Where the key is, or should be; its value comes right after. */
    private static int find(int[] slots, int key) {
        int mask = slots.length - 2;
        int at = (key * 0x9e3779b1 >>> 7) << 1 & mask;
        while (slots[at] != key && slots[at] != 0) {
            at = at + 2 & mask;
        }
        return at;
    }

    int get(int key) {
        return slots[find(slots, key) + 1];
    }

    /** Adds 1 and returns the sum, if the key is there; else 0. */
    int incrementIfPresent(int key) {
        int at = find(slots, key);
        return slots[at] == 0 ? 0 : ++slots[at + 1];
    }

    void put(int key, int value) {
        int at = find(slots, key);
        if (slots[at] == 0) {
            if (++size * 4 > slots.length) {
                grow();
                at = find(slots, key);
            }
            slots[at] = key;
        }
        slots[at + 1] = value;
    }

    private void grow() {
        int[] wider = new int[2 * slots.length];
        for (int from = 0; from < slots.length; from += 2) {
            if (slots[from] != 0) {
                int to = find(wider, slots[from]);
                wider[to] = slots[from];
                wider[to + 1] = slots[from + 1];
            }
        }
        slots = wider;
    }
}
