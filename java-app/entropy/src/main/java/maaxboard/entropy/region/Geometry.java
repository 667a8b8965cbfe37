// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static maaxboard.entropy.region.RegionException.Kind.MISMATCH;

/**
 * The ring's sizes.
 *
 * @param slotBytes bytes of a slot, its 64 bytes of head included: a multiple of 64, 128 to 4096
 * @param slotCount slots: a power of two, 2 to 65536
 * @param oneMap whether data and control share one map
 */
public record Geometry(int slotBytes, int slotCount, boolean oneMap) {
    /** 64 + 256 bytes. */
    public static final int DEFAULT_SLOT_BYTES = 320;
    public static final int DEFAULT_SLOT_COUNT = 128;

    /** @throws IllegalArgumentException if a size is out of its range */
    public Geometry {
        if (slotBytes < 128 || slotBytes > 4096 || slotBytes % 64 != 0) {
            throw new IllegalArgumentException(
                    "slot bytes " + slotBytes + ": expected a multiple of 64 from 128 to 4096");
        }
        if (slotCount < 2 || slotCount > 65536 || Integer.bitCount(slotCount) != 1) {
            throw new IllegalArgumentException("slot count " + slotCount + ": expected a power of two from 2 to 65536");
        }
    }

    /** The most payload bytes a slot holds. */
    public int payloadBytes() {
        return slotBytes - RegionLayout.SLOT_PAYLOAD;
    }

    /** Where the slot of a free-running index starts in the data map. */
    int slotAt(int index) {
        return RegionLayout.SLOTS + (index & slotCount - 1) * slotBytes;
    }

    /** Bytes of the data map that header and slots take. */
    public long dataBytes() {
        return RegionLayout.SLOTS + (long) slotBytes * slotCount;
    }

    /** @param size bytes of the data map that are there, without the control page */
    void mustFit(long size, String where) throws RegionException {
        if (dataBytes() > size) {
            throw new RegionException(MISMATCH, where + ": " + slotCount + " slots of " + slotBytes + " bytes and a header of "
                    + RegionLayout.HEADER_BYTES + " need " + dataBytes() + " bytes, the data map has " + size
                    + "; enlarge the region or lower slot-count");
        }
    }
}
