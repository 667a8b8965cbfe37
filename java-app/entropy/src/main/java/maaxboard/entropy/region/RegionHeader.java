// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import maaxboard.entropy.linux.DeviceMemory;

/**
 * A look at both header pages, for people and tests; no consistency between the fields is promised.
 *
 * @param present whether the data magic is there
 * @param heartbeat the producer's CLOCK_MONOTONIC, nanoseconds
 * @param published bytes
 * @param discarded bytes
 * @param recovered token errors recovered from
 * @param consumerPresent whether the control magic is there
 */
public record RegionHeader(boolean present, int version, int slotBytes, int slotCount, boolean oneMap, long generation,
        State state, Reason reason, long heartbeat, long published, long discarded, long recovered, int requestServed,
        int requestResult, int tail, boolean spaceWanted, boolean consumerPresent, int head, boolean wakeWanted,
        int request, long consumerHeartbeat) {

    /** Reads both pages. */
    public static RegionHeader read(Region region) {
        return read(region.data(), region.control());
    }

    static RegionHeader read(DeviceMemory data, DeviceMemory control) {
        boolean present = data.getIntAcquire(RegionLayout.MAGIC) == RegionLayout.DATA_MAGIC;
        return new RegionHeader(present, data.getInt(RegionLayout.VERSION), data.getInt(RegionLayout.SLOT_BYTES),
                data.getInt(RegionLayout.SLOT_COUNT),
                (data.getInt(RegionLayout.FLAGS) & RegionLayout.FLAG_ONE_MAP) != 0,
                data.getLong(RegionLayout.GENERATION), State.of(data.getIntAcquire(RegionLayout.STATE)),
                Reason.of(data.getInt(RegionLayout.REASON)), data.getLong(RegionLayout.HEARTBEAT),
                data.getLong(RegionLayout.PUBLISHED), data.getLong(RegionLayout.DISCARDED),
                data.getLong(RegionLayout.RECOVERED), data.getIntAcquire(RegionLayout.REQUEST_SERVED),
                data.getInt(RegionLayout.REQUEST_RESULT), data.getIntAcquire(RegionLayout.TAIL),
                data.getInt(RegionLayout.SPACE_WANTED) != 0,
                control.getInt(RegionLayout.CONTROL_MAGIC_AT) == RegionLayout.CONTROL_MAGIC,
                control.getIntAcquire(RegionLayout.HEAD), control.getInt(RegionLayout.WAKE_WANTED) != 0,
                control.getInt(RegionLayout.REQUEST), control.getLong(RegionLayout.CONSUMER_HEARTBEAT));
    }

    /** Full slots, 0 to slotCount, or -1 if the indices make no sense. */
    public int full() {
        int full = tail - head;
        return Integer.compareUnsigned(full, slotCount) <= 0 ? full : -1;
    }
}
