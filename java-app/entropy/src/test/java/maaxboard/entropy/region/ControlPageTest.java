// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.SplittableRandom;
import maaxboard.entropy.linux.DeviceMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A consumer that writes anything into the control page, at any moment: 100,000 pages, or as many as FUZZ_INPUTS in the
 * environment says. What the producer must have done with each is computed here, from the page alone.
 */
class ControlPageTest {
    private static final long PAGES = Long.parseLong(System.getenv().getOrDefault("FUZZ_INPUTS", "100000"));
    private static final Geometry GEOMETRY = new Geometry(128, 8, false);
    private static final int PAYLOAD = GEOMETRY.payloadBytes();
    private static final int FIRST = 0xfffffff0;
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path folder;

    private final SplittableRandom chance = new SplittableRandom(1);
    /** The slots that must be full, as they must look, the oldest first. */
    private final ArrayDeque<byte[]> full = new ArrayDeque<>();
    /** The last head that could be believed. */
    private int head = FIRST;
    private long published;
    private long slots;
    private long refused;
    private long served;
    private long lastServed = Long.MIN_VALUE;
    private int answered;

    @Test
    void whateverTheControlPageHoldsNothingIsPublishedOverASlotThatIsNotReleased() throws Exception {
        for (var file : new String[] {"data", "control"}) {
            try (var created = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
                created.setLength(file.equals("data") ? 8192 : 4096);
            }
        }
        var spec = RegionSpec.parse(folder.resolve("data") + "," + folder.resolve("control"));
        try (var ours = Region.open(spec, Region.Role.PRODUCER); var theirs = Region.open(spec, Region.Role.CONSUMER)) {
            var control = theirs.control();
            control.setInt(RegionLayout.HEAD, FIRST);
            control.setInt(RegionLayout.CONTROL_MAGIC_AT, RegionLayout.CONTROL_MAGIC);
            var producer = RegionProducer.start(ours, GEOMETRY, 1, 0);
            for (long page = 1; page <= PAGES; page++) {
                scribble(control);
                pass(producer, theirs, page);
                if (chance.nextInt(1_000) == 0) {
                    producer = takeOver(ours, theirs, page);
                }
            }
        }
        System.out.printf("control page: %d pages, %d slots published, %d heads refused, %d requests served%n",
                PAGES, slots, refused, served);
        assertTrue(refused > PAGES / 10 && slots > PAGES / 10 && served > PAGES / 1_000);
    }

    /** Noise all over the page, and a head: credible, gone back, run ahead, or anything. */
    private void scribble(DeviceMemory control) {
        for (int i = 0; i < 16; i++) {
            control.setInt(4 * chance.nextInt(1024), chance.nextInt());
        }
        control.setInt(RegionLayout.CONTROL_MAGIC_AT, chance.nextBoolean() ? RegionLayout.CONTROL_MAGIC : chance.nextInt());
        control.setInt(RegionLayout.CONTROL_VERSION, chance.nextInt());
        control.setInt(RegionLayout.WAKE_WANTED, chance.nextInt());
        control.setInt(RegionLayout.REQUEST, chance.nextInt());
        control.setLong(RegionLayout.CONSUMER_HEARTBEAT, chance.nextLong());
        control.setInt(RegionLayout.HEAD, switch (chance.nextInt(6)) {
            case 0 -> head;
            case 1, 2 -> head + chance.nextInt(full.size() + 1);
            case 3 -> head - 1 - chance.nextInt(16);
            case 4 -> head + full.size() + 1 + chance.nextInt(16);
            default -> chance.nextInt();
        });
    }

    /** What the region's thread does, and what must come of it. */
    private void pass(RegionProducer producer, Region seen, long page) {
        var control = seen.control();
        long now = page * SECOND / 10;
        int step = control.getInt(RegionLayout.HEAD) - head;
        boolean credible = Integer.compareUnsigned(step, full.size()) <= 0;
        if (credible) {
            head += step;
            for (; step > 0; step--) {
                full.removeFirst();
            }
        } else {
            refused++;
        }
        producer.tick(now);
        assertEquals(now, seen.data().getLong(RegionLayout.HEARTBEAT));
        requests(producer, seen, now);

        var bytes = new byte[PAYLOAD];
        chance.nextBytes(bytes);
        boolean room = credible && full.size() < GEOMETRY.slotCount();
        assertEquals(room, producer.publish(bytes, 0, PAYLOAD, 3, now));
        if (room) {
            full.addLast(bytes);
            published += PAYLOAD;
            slots++;
        }
        assertEquals(control.getInt(RegionLayout.WAKE_WANTED) != 0, producer.consumerWantsWakeUp());
        assertEquals(credible && full.size() < GEOMETRY.slotCount(), producer.wantSpace());
        producer.spaceNoLongerWanted();
        assertEquals(credible, producer.headGood());
        compare(seen, credible);
    }

    private void requests(RegionProducer producer, Region seen, long now) {
        boolean asked = seen.control().getInt(RegionLayout.CONTROL_MAGIC_AT) == RegionLayout.CONTROL_MAGIC
                && seen.control().getInt(RegionLayout.REQUEST) != answered
                && (lastServed == Long.MIN_VALUE || now - lastServed >= RegionProducer.REQUEST_INTERVAL);
        assertEquals(asked, producer.testRequested(now));
        if (asked) {
            answered = producer.requestNumber();
            lastServed = now;
            served++;
            producer.testServed(answered, true, now);
            assertEquals(answered, seen.data().getInt(RegionLayout.REQUEST_SERVED));
        }
    }

    /** The whole data map against what it must hold. */
    private void compare(Region seen, boolean credible) {
        var data = seen.data();
        assertEquals(head + full.size(), data.getInt(RegionLayout.TAIL));
        assertEquals(published, data.getLong(RegionLayout.PUBLISHED));
        assertEquals(credible, data.getInt(RegionLayout.REASON) != Reason.CONSUMER_BAD.ordinal());
        var slot = new byte[GEOMETRY.slotBytes()];
        var empty = new byte[GEOMETRY.slotBytes()];
        int index = head;
        for (byte[] bytes : full) {
            int at = GEOMETRY.slotAt(index);
            assertEquals(index++, data.getInt(at + RegionLayout.SLOT_SEQUENCE));
            assertEquals(bytes.length, data.getInt(at + RegionLayout.SLOT_LENGTH));
            data.read(at, slot, slot.length);
            assertArrayEquals(bytes,
                    Arrays.copyOfRange(slot, RegionLayout.SLOT_PAYLOAD, RegionLayout.SLOT_PAYLOAD + bytes.length));
        }
        for (; index != head + GEOMETRY.slotCount(); index++) {
            data.read(GEOMETRY.slotAt(index), slot, slot.length);
            assertArrayEquals(empty, slot);
        }
    }

    /** Another producer, while the page holds whatever it holds: what was full and can be believed in stays. */
    private RegionProducer takeOver(Region ours, Region seen, long page) throws RegionException {
        int said = seen.control().getInt(RegionLayout.HEAD);
        int tail = head + full.size();
        boolean believed = Integer.compareUnsigned(tail - said, GEOMETRY.slotCount()) <= 0;
        boolean magic = seen.control().getInt(RegionLayout.CONTROL_MAGIC_AT) == RegionLayout.CONTROL_MAGIC;
        int request = seen.control().getInt(RegionLayout.REQUEST);
        var producer = RegionProducer.start(ours, GEOMETRY, page + 1, page * SECOND / 10);
        if (believed) {
            // It knows no earlier head: slots that were released and zeroed come back as skips of length 0.
            for (; head - said > 0; head--) {
                full.addFirst(new byte[0]);
            }
            for (; head != said; head++) {
                full.removeFirst();
            }
        } else {
            full.clear();
            head = magic ? said : 0;
            published = 0;
            answered = request;
        }
        lastServed = Long.MIN_VALUE;
        return producer;
    }
}
