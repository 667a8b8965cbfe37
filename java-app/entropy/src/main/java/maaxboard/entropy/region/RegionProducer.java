// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static maaxboard.entropy.region.RegionLayout.ABI_VERSION;
import static maaxboard.entropy.region.RegionLayout.CONTROL_MAGIC;
import static maaxboard.entropy.region.RegionLayout.CONTROL_MAGIC_AT;
import static maaxboard.entropy.region.RegionLayout.DATA_MAGIC;
import static maaxboard.entropy.region.RegionLayout.HEAD;
import static maaxboard.entropy.region.RegionLayout.HEADER_BYTES;
import static maaxboard.entropy.region.RegionLayout.SLOT_CRC;
import static maaxboard.entropy.region.RegionLayout.SLOT_LENGTH;
import static maaxboard.entropy.region.RegionLayout.SLOT_PAYLOAD;
import static maaxboard.entropy.region.RegionLayout.SLOT_SEQUENCE;
import static maaxboard.entropy.region.RegionLayout.SLOT_SOURCE;
import static maaxboard.entropy.region.RegionLayout.SLOT_TIME;
import static maaxboard.entropy.region.RegionLayout.TAIL;

import maaxboard.entropy.linux.DeviceMemory;

/**
 * The producer's half of the ring: one object, one thread, which keeps the heartbeat and touches nothing but the region.
 * Indices are free-running unsigned 32-bit numbers; {@code tail - head} is the number of full slots.
 *
 * <p>{@code now} is CLOCK_MONOTONIC in nanoseconds, given by the caller.
 */
public final class RegionProducer {
    /** An on-demand test is served at most this often, in nanoseconds. */
    public static final long REQUEST_INTERVAL = 10_000_000_000L;

    private final DeviceMemory data;
    private final DeviceMemory control;
    private final Geometry geometry;
    private final SlotCrc crc = new SlotCrc();
    private int tail;
    /** The last head that was accepted. */
    private int head;
    /** Slots before this index are zeroed, unless full. */
    private int zeroed;
    private boolean headGood = true;
    private long badHeads;
    private long published;
    private long discarded;
    private long recovered;
    private State state = State.NONE;
    private Reason reason = Reason.NONE;
    private int requestServed;
    private long requestServedAt;
    private boolean requestEver;

    private RegionProducer(DeviceMemory data, DeviceMemory control, Geometry geometry) {
        this.data = data;
        this.control = control;
        this.geometry = geometry;
    }

    /**
     * Starts on a region, new or left by an earlier producer, as docs/region.md says under "Start-up and takeover".
     *
     * @param generation random, not 0
     * @throws RegionException if the sizes do not fit
     */
    public static RegionProducer start(Region region, Geometry geometry, long generation, long now)
            throws RegionException {
        return start(region.data(), region.control(), geometry, generation, now);
    }

    static RegionProducer start(DeviceMemory data, DeviceMemory control, Geometry geometry, long generation, long now)
            throws RegionException {
        if (generation == 0) {
            throw new IllegalArgumentException("generation 0");
        }
        geometry.mustFit(data.size(), "region");
        var producer = new RegionProducer(data, control, geometry);
        producer.takeOver(generation, now);
        return producer;
    }

    private void takeOver(long generation, long now) {
        data.setInt(RegionLayout.MAGIC, 0);
        DeviceMemory.fullFence();
        int oldTail = data.getInt(TAIL);
        int consumerHead = control.getIntAcquire(HEAD);
        boolean intact = data.getInt(RegionLayout.VERSION) == ABI_VERSION
                && data.getInt(RegionLayout.HEADER_SIZE) == HEADER_BYTES
                && data.getInt(RegionLayout.SLOT_BYTES) == geometry.slotBytes()
                && data.getInt(RegionLayout.SLOT_COUNT) == geometry.slotCount()
                && data.getInt(RegionLayout.FLAGS) == flags()
                && Integer.compareUnsigned(oldTail - consumerHead, geometry.slotCount()) <= 0;
        if (intact) {
            tail = oldTail;
            head = consumerHead;
            published = data.getLong(RegionLayout.PUBLISHED);
            discarded = data.getLong(RegionLayout.DISCARDED);
            recovered = data.getLong(RegionLayout.RECOVERED);
            for (int i = head; i != tail; i++) {
                if (!slotIsWhole(i)) {
                    writeSlot(i, new byte[0], 0, 0, RegionLayout.SOURCE_MIXED, now);
                }
            }
        } else {
            tail = control.getInt(CONTROL_MAGIC_AT) == CONTROL_MAGIC ? consumerHead : 0;
            head = tail;
        }
        if (!neverUsed()) {
            for (int i = tail; i != head + geometry.slotCount(); i++) {
                data.zero(geometry.slotAt(i), geometry.slotBytes());
            }
        }
        zeroed = head;
        data.setInt(RegionLayout.VERSION, ABI_VERSION);
        data.setInt(RegionLayout.HEADER_SIZE, HEADER_BYTES);
        data.setInt(RegionLayout.SLOT_BYTES, geometry.slotBytes());
        data.setInt(RegionLayout.SLOT_COUNT, geometry.slotCount());
        data.setInt(RegionLayout.FLAGS, flags());
        data.setLong(RegionLayout.GENERATION, generation);
        data.setInt(RegionLayout.SPACE_WANTED, 0);
        data.setIntRelease(TAIL, tail);
        requestServed = data.getInt(RegionLayout.REQUEST_SERVED);
        if (!intact) {
            requestServed = control.getInt(RegionLayout.REQUEST);
            data.setInt(RegionLayout.REQUEST_SERVED, requestServed);
            data.setInt(RegionLayout.REQUEST_RESULT, 0);
        }
        counters();
        data.setLong(RegionLayout.HEARTBEAT, now);
        state(State.STARTUP, Reason.STARTING);
        data.setIntRelease(RegionLayout.MAGIC, DATA_MAGIC);
    }

    /** No producer has come so far that it could fill a slot: the header's version comes before. */
    private boolean neverUsed() {
        return data.getInt(RegionLayout.VERSION) == 0 && data.getLong(RegionLayout.GENERATION) == 0;
    }

    private int flags() {
        return geometry.oneMap() ? RegionLayout.FLAG_ONE_MAP : 0;
    }

    private boolean slotIsWhole(int index) {
        int at = geometry.slotAt(index);
        int length = data.getInt(at + SLOT_LENGTH);
        if (data.getInt(at + SLOT_SEQUENCE) != index
                || Integer.compareUnsigned(length, geometry.payloadBytes()) > 0) {
            return false;
        }
        var payload = new byte[length];
        data.read(at + SLOT_PAYLOAD, payload, length);
        return data.getInt(at + SLOT_CRC)
                == crc.of(index, length, data.getInt(at + SLOT_SOURCE), data.getLong(at + SLOT_TIME), payload, 0);
    }

    /**
     * Reads the consumer's head, counts it or refuses it, and zeroes what was released.
     *
     * @return free slots; 0 while the head is bad
     */
    public int free() {
        int seen = control.getIntAcquire(HEAD);
        int step = seen - head;
        headGood = Integer.compareUnsigned(step, tail - head) <= 0;
        if (!headGood) {
            badHeads++;
            showReason();
            return 0;
        }
        head = seen;
        showReason();
        for (; zeroed != head; zeroed++) {
            data.zero(geometry.slotAt(zeroed), geometry.slotBytes());
        }
        return geometry.slotCount() - (tail - head);
    }

    /**
     * Publishes one slot.
     *
     * @param length 0 to {@link Geometry#payloadBytes()}
     * @param source index of the token, or {@link RegionLayout#SOURCE_MIXED}
     * @return false if the ring is full or the consumer's head is bad; then nothing was written
     */
    public boolean publish(byte[] bytes, int from, int length, int source, long now) {
        if (length < 0 || length > geometry.payloadBytes()) {
            throw new IllegalArgumentException("payload of " + length + " bytes");
        }
        if (free() == 0) {
            return false;
        }
        writeSlot(tail, bytes, from, length, source, now);
        tail++;
        published += length;
        data.setLong(RegionLayout.PUBLISHED, published);
        data.setIntRelease(TAIL, tail);
        return true;
    }

    private void writeSlot(int index, byte[] bytes, int from, int length, int source, long now) {
        int at = geometry.slotAt(index);
        data.write(at + SLOT_PAYLOAD, bytes, from, length);
        data.setInt(at + SLOT_SEQUENCE, index);
        data.setInt(at + SLOT_LENGTH, length);
        data.setInt(at + SLOT_SOURCE, source);
        data.setLong(at + SLOT_TIME, now);
        data.setInt(at + SLOT_CRC, crc.of(index, length, source, now, bytes, from));
    }

    /** Whether the consumer asked, before it went to sleep, to be woken. To be asked after publishing. */
    public boolean consumerWantsWakeUp() {
        DeviceMemory.fullFence();
        return control.getInt(RegionLayout.WAKE_WANTED) != 0;
    }

    /**
     * Says that the producer is about to sleep because the ring is full.
     *
     * @return true if there is space after all: do not sleep
     */
    public boolean wantSpace() {
        data.setInt(RegionLayout.SPACE_WANTED, 1);
        DeviceMemory.fullFence();
        if (free() > 0) {
            spaceNoLongerWanted();
            return true;
        }
        return false;
    }

    /** The producer is awake again. */
    public void spaceNoLongerWanted() {
        data.setInt(RegionLayout.SPACE_WANTED, 0);
    }

    /** The start is over: takes the time, some hundredths of a second, to make all that follows cheaper. */
    public void settled() {
        crc.quick();
    }

    /** One pass of the owning thread: heartbeat, released slots. At least once a second. */
    public void tick(long now) {
        free();
        data.setLong(RegionLayout.HEARTBEAT, now);
    }

    /** The state the consumer shall see; the reason is stored first. A bad head shows as its own reason meanwhile. */
    public void state(State state, Reason reason) {
        if (state != this.state || reason != this.reason) {
            this.state = state;
            this.reason = reason;
            showReason();
            data.setIntRelease(RegionLayout.STATE, state.ordinal());
        }
    }

    private void showReason() {
        int shown = (headGood ? reason : Reason.CONSUMER_BAD).ordinal();
        if (data.getInt(RegionLayout.REASON) != shown) {
            data.setInt(RegionLayout.REASON, shown);
        }
    }

    /** @param bytes that a health test held back, added to the header's count */
    public void addDiscarded(long bytes) {
        discarded += bytes;
        counters();
    }

    /** One more token error that was recovered from. */
    public void addRecovered() {
        recovered++;
        counters();
    }

    private void counters() {
        data.setLong(RegionLayout.PUBLISHED, published);
        data.setLong(RegionLayout.DISCARDED, discarded);
        data.setLong(RegionLayout.RECOVERED, recovered);
    }

    /** Whether the consumer asks for a health test and the last one is long enough ago. */
    public boolean testRequested(long now) {
        return control.getInt(CONTROL_MAGIC_AT) == CONTROL_MAGIC
                && control.getInt(RegionLayout.REQUEST) != requestServed
                && (!requestEver || now - requestServedAt >= REQUEST_INTERVAL);
    }

    /** The number of the request that is open now; to be given to {@link #testServed} with its result. */
    public int requestNumber() {
        return control.getInt(RegionLayout.REQUEST);
    }

    /** The test that was asked for has a result. */
    public void testServed(int request, boolean passed, long now) {
        requestServed = request;
        requestServedAt = now;
        requestEver = true;
        data.setInt(RegionLayout.REQUEST_RESULT, passed ? RegionLayout.RESULT_PASS : RegionLayout.RESULT_FAIL);
        data.setIntRelease(RegionLayout.REQUEST_SERVED, request);
    }

    public Geometry geometry() {
        return geometry;
    }

    /** Whether the last head seen was acceptable. */
    public boolean headGood() {
        return headGood;
    }

    /** How often a head was refused. */
    public long badHeads() {
        return badHeads;
    }

    /** Slots the consumer has not released yet. */
    public int full() {
        return tail - head;
    }

    /** Bytes published since the region was new. */
    public long published() {
        return published;
    }
}
