// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static maaxboard.entropy.region.RegionLayout.ABI_VERSION;
import static maaxboard.entropy.region.RegionLayout.CONTROL_MAGIC;
import static maaxboard.entropy.region.RegionLayout.CONTROL_MAGIC_AT;
import static maaxboard.entropy.region.RegionLayout.DATA_MAGIC;
import static maaxboard.entropy.region.RegionLayout.HEAD;
import static maaxboard.entropy.region.RegionLayout.SLOT_PAYLOAD;
import static maaxboard.entropy.region.RegionLayout.TAIL;
import static maaxboard.entropy.region.RegionException.Kind.MISMATCH;

import java.util.Optional;
import maaxboard.entropy.linux.DeviceMemory;

/**
 * The reference consumer: the half of the contract that a protection domain on seL4 implements, for tests, the demo and
 * {@code entropy region read}. One object, one thread. It trusts nothing it reads: sizes are read once, every slot is
 * copied once and only the copy is checked and used, and what is handed on has been released before (at most once).
 */
public final class RegionConsumer {
    private final DeviceMemory data;
    private final DeviceMemory control;
    private final SlotCrc crc = new SlotCrc();
    private final boolean oneMap;
    private Geometry geometry;
    private long generation;
    private int head;
    private int lastTail;
    private long skipped;
    private long torn;
    private long refusedTails;
    private long lost;
    private long heartbeat;

    private RegionConsumer(DeviceMemory data, DeviceMemory control, boolean oneMap) {
        this.data = data;
        this.control = control;
        this.oneMap = oneMap;
    }

    /**
     * Attaches. At the first time it begins at the producer's tail; after its own restart it goes on where it was.
     *
     * @return empty if no producer has initialised the region yet: try again later
     * @throws RegionException if the header's version, mode or sizes are not acceptable; nothing was written
     */
    public static Optional<RegionConsumer> attach(Region region) throws RegionException {
        return attach(region.data(), region.control(), region.oneMap());
    }

    static Optional<RegionConsumer> attach(DeviceMemory data, DeviceMemory control, boolean oneMap)
            throws RegionException {
        if (data.getIntAcquire(RegionLayout.MAGIC) != DATA_MAGIC) {
            return Optional.empty();
        }
        var consumer = new RegionConsumer(data, control, oneMap);
        consumer.readSizes();
        int tail = data.getIntAcquire(TAIL);
        if (control.getInt(CONTROL_MAGIC_AT) == CONTROL_MAGIC && control.getInt(RegionLayout.CONTROL_VERSION) == ABI_VERSION) {
            consumer.head = control.getInt(HEAD);
            if (Integer.compareUnsigned(tail - consumer.head, consumer.geometry.slotCount()) > 0) {
                consumer.head = tail;
                consumer.lost++;
                consumer.storeHead();
            }
        } else {
            consumer.head = tail;
            control.setInt(RegionLayout.CONTROL_VERSION, ABI_VERSION);
            control.setInt(RegionLayout.WAKE_WANTED, 0);
            consumer.storeHead();
            control.setIntRelease(CONTROL_MAGIC_AT, CONTROL_MAGIC);
        }
        consumer.lastTail = tail;
        return Optional.of(consumer);
    }

    private void readSizes() throws RegionException {
        long seen = data.getLong(RegionLayout.GENERATION);
        int version = data.getInt(RegionLayout.VERSION);
        int headerBytes = data.getInt(RegionLayout.HEADER_SIZE);
        int slotBytes = data.getInt(RegionLayout.SLOT_BYTES);
        int slotCount = data.getInt(RegionLayout.SLOT_COUNT);
        boolean flagged = (data.getInt(RegionLayout.FLAGS) & RegionLayout.FLAG_ONE_MAP) != 0;
        if (version != ABI_VERSION || headerBytes != RegionLayout.HEADER_BYTES) {
            throw new RegionException(MISMATCH, "region: ABI version " + version + " with a header of " + headerBytes
                    + " bytes; expected version " + ABI_VERSION + " and " + RegionLayout.HEADER_BYTES);
        }
        if (flagged != oneMap) {
            throw new RegionException(MISMATCH, "region: the header says " + (flagged ? "one map" : "two maps")
                    + ", it was opened as " + (oneMap ? "one map" : "two maps"));
        }
        try {
            geometry = new Geometry(slotBytes, slotCount, oneMap);
        } catch (IllegalArgumentException e) {
            throw new RegionException(MISMATCH, "region: " + e.getMessage());
        }
        geometry.mustFit(data.size(), "region");
        generation = seen;
    }

    private void storeHead() {
        control.setIntRelease(HEAD, head);
    }

    /**
     * Takes the next slot that carries bytes; slots of length 0 and torn ones are skipped and counted.
     *
     * @return empty if there is none now, or the producer is starting, or its tail is not credible
     * @throws RegionException if a new producer's sizes are not acceptable
     */
    public Optional<Slot> next() throws RegionException {
        // A hostile producer may move its tail as fast as we follow: one pass looks at one ring's worth of slots.
        for (int i = 0; i < geometry.slotCount(); i++) {
            if (available() == 0) {
                return Optional.empty();
            }
            var slot = copy();
            DeviceMemory.fullFence();
            if (data.getIntAcquire(RegionLayout.MAGIC) != DATA_MAGIC
                    || data.getLong(RegionLayout.GENERATION) != generation) {
                return Optional.empty();
            }
            head++;
            storeHead();
            if (slot != null && slot.payload().length > 0) {
                return Optional.of(slot);
            }
            if (slot == null) {
                torn++;
            } else {
                skipped++;
            }
        }
        return Optional.empty();
    }

    /**
     * Full slots now; 0 while no producer is up or its tail is refused.
     *
     * @throws RegionException if a new producer's sizes are not acceptable
     */
    public int available() throws RegionException {
        if (data.getIntAcquire(RegionLayout.MAGIC) != DATA_MAGIC) {
            return 0;
        }
        if (data.getLong(RegionLayout.GENERATION) != generation) {
            readSizes();
            lastTail = head;
        }
        int tail = data.getIntAcquire(TAIL); // after the generation: an older producer's tail may be ahead of this one's
        int full = tail - head;
        if (Integer.compareUnsigned(full, geometry.slotCount()) > 0
                || Integer.compareUnsigned(lastTail - head, full) > 0) {
            refusedTails++;
            return 0;
        }
        lastTail = tail;
        return full;
    }

    /** A private copy of the slot at head, or null if sequence, length or checksum are wrong. */
    private Slot copy() {
        int at = geometry.slotAt(head);
        int sequence = data.getInt(at + RegionLayout.SLOT_SEQUENCE);
        int length = data.getInt(at + RegionLayout.SLOT_LENGTH);
        if (sequence != head || Integer.compareUnsigned(length, geometry.payloadBytes()) > 0) {
            return null;
        }
        int source = data.getInt(at + RegionLayout.SLOT_SOURCE);
        int sum = data.getInt(at + RegionLayout.SLOT_CRC);
        long time = data.getLong(at + RegionLayout.SLOT_TIME);
        var payload = new byte[length];
        data.read(at + SLOT_PAYLOAD, payload, length);
        return crc.of(sequence, length, source, time, payload, 0) == sum
                ? new Slot(sequence, source, time, payload) : null;
    }

    /** Says that the consumer is alive, and where: a stray write over its head does not last. Once a second is enough. */
    public void beat() {
        storeHead();
        control.setLong(RegionLayout.CONSUMER_HEARTBEAT, ++heartbeat);
    }

    /**
     * Asks to be woken.
     *
     * @return true if there are full slots after all: do not sleep
     */
    public boolean wantWakeUp() throws RegionException {
        control.setInt(RegionLayout.WAKE_WANTED, 1);
        DeviceMemory.fullFence();
        if (available() > 0) {
            awake();
            return true;
        }
        return false;
    }

    /** The consumer is awake again. */
    public void awake() {
        control.setInt(RegionLayout.WAKE_WANTED, 0);
    }

    /** Whether the producer sleeps on a full ring and wants to be notified. To be asked after taking slots. */
    public boolean producerWantsSpace() {
        DeviceMemory.fullFence();
        return data.getInt(RegionLayout.SPACE_WANTED) != 0;
    }

    /** Asks the producer for a health test; {@link RegionHeader#requestServed} shows the number when it is done. */
    public int requestTest() {
        int request = control.getInt(RegionLayout.REQUEST) + 1;
        control.setIntRelease(RegionLayout.REQUEST, request);
        return request;
    }

    /** Slots of length 0 passed over. */
    public long skipped() {
        return skipped;
    }

    /** Slots whose sequence, length or checksum was wrong. */
    public long torn() {
        return torn;
    }

    /** How often a tail was not credible and was not followed. */
    public long refusedTails() {
        return refusedTails;
    }

    /** How often, at attaching, the own head was useless and was set to the tail. */
    public long lost() {
        return lost;
    }
}
