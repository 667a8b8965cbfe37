// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both halves of the ring over two mapped files, each opened by its own role. */
class RingTest {
    private static final Geometry SMALL = new Geometry(320, 4, false);
    private static final long NOW = 1_000;
    private static final int WRAP = 0xfffffff0;

    @TempDir
    Path folder;

    private final List<Region> opened = new ArrayList<>();
    private Region producerSide;
    private Region consumerSide;

    @BeforeEach
    void makeRegion() throws Exception {
        for (var file : List.of("data", "control")) {
            try (var created = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
                created.setLength(file.equals("data") ? 8192 : 4096);
            }
        }
        producerSide = open(Region.Role.PRODUCER);
        // The tests also play a consumer that writes nonsense, so this side is open for writing.
        consumerSide = open(Region.Role.CONSUMER);
    }

    @AfterEach
    void close() {
        opened.forEach(Region::close);
    }

    private Region open(Region.Role role) throws RegionException {
        var region = Region.open(RegionSpec.parse(folder.resolve("data") + "," + folder.resolve("control")), role);
        opened.add(region);
        return region;
    }

    private RegionProducer start(long generation) throws RegionException {
        return RegionProducer.start(producerSide, SMALL, generation, NOW);
    }

    private RegionConsumer attach() throws RegionException {
        return RegionConsumer.attach(consumerSide).orElseThrow();
    }

    /** Lets the next producer and consumer begin just before the indices wrap. */
    private void beginAtWrapAround() {
        consumerSide.control().setInt(RegionLayout.HEAD, WRAP);
        consumerSide.control().setInt(RegionLayout.CONTROL_VERSION, 1);
        consumerSide.control().setInt(RegionLayout.CONTROL_MAGIC_AT, RegionLayout.CONTROL_MAGIC);
    }

    private static byte[] payload(int seed, int length) {
        var bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private boolean publish(RegionProducer producer, int seed) {
        return producer.publish(payload(seed, 256), 0, 256, 7, NOW);
    }

    @Test
    void everySlotArrivesOnceAndInOrderAcrossTheWrapOfTheIndices() throws Exception {
        beginAtWrapAround();
        var producer = start(1);
        var consumer = attach();
        for (int i = 0; i < 100; i++) {
            assertTrue(publish(producer, i));
            var slot = consumer.next().orElseThrow();
            assertEquals(WRAP + i, slot.sequence());
            assertEquals(7, slot.source());
            assertArrayEquals(payload(i, 256), slot.payload());
        }
        assertTrue(consumer.next().isEmpty());
        assertEquals(100 * 256, producer.published());
    }

    @Test
    void payloadsOfAnyLengthArriveWhole() throws Exception {
        var producer = start(1);
        var consumer = attach();
        for (int length = 1; length <= 256; length++) {
            assertTrue(producer.publish(payload(length, length), 0, length, 0, NOW));
            assertArrayEquals(payload(length, length), consumer.next().orElseThrow().payload());
        }
    }

    @Test
    void aFullRingTakesNothingAndSaysSo() throws Exception {
        var producer = start(1);
        var consumer = attach();
        for (int i = 0; i < 4; i++) {
            assertTrue(publish(producer, i));
        }
        assertFalse(publish(producer, 4));
        consumer.next();
        assertTrue(publish(producer, 4));
    }

    @Test
    void aConsumerThatIsNotThereYetKeepsTheFirstSlotsWaitingAndBeginsAtTheTail() throws Exception {
        var producer = start(1);
        assertTrue(publish(producer, 0));
        var consumer = attach();
        assertTrue(consumer.next().isEmpty());
        assertTrue(publish(producer, 1));
        assertArrayEquals(payload(1, 256), consumer.next().orElseThrow().payload());
    }

    @Test
    void releasedSlotsAreZeroedAtTheNextPass() throws Exception {
        var producer = start(1);
        var consumer = attach();
        publish(producer, 0);
        assertNotEquals(0, consumerSide.data().getLong(SMALL.slotAt(0) + RegionLayout.SLOT_PAYLOAD));
        consumer.next();
        producer.tick(NOW);
        for (int at = 0; at < SMALL.slotBytes(); at += 8) {
            assertEquals(0, consumerSide.data().getLong(SMALL.slotAt(0) + at));
        }
    }

    @Test
    void aHeadBeyondTheTailIsRefusedReportedAndForgivenWhenItIsRightAgain() throws Exception {
        var producer = start(1);
        attach();
        producer.state(State.OK, Reason.NONE);
        publish(producer, 0);
        consumerSide.control().setInt(RegionLayout.HEAD, 77);
        assertFalse(publish(producer, 1));
        assertFalse(producer.headGood());
        assertEquals(Reason.CONSUMER_BAD, RegionHeader.read(consumerSide).reason());
        assertEquals(State.OK, RegionHeader.read(consumerSide).state());
        consumerSide.control().setInt(RegionLayout.HEAD, 1);
        assertTrue(publish(producer, 1));
        assertEquals(Reason.NONE, RegionHeader.read(consumerSide).reason());
    }

    @Test
    void aHeadThatGoesBackIsRefused() throws Exception {
        var producer = start(1);
        var consumer = attach();
        publish(producer, 0);
        publish(producer, 1);
        consumer.next();
        consumer.next();
        assertEquals(4, producer.free());
        consumerSide.control().setInt(RegionLayout.HEAD, 1);
        assertEquals(0, producer.free());
        assertEquals(1, producer.badHeads());
    }

    @Test
    void aConsumersHeartbeatMendsItsHead() throws Exception {
        var producer = start(1);
        var consumer = attach();
        publish(producer, 0);
        consumer.next();
        consumerSide.control().setInt(RegionLayout.HEAD, 77);
        assertEquals(0, producer.free());
        consumer.beat();
        assertEquals(4, producer.free());
    }

    @Test
    void theNextProducerKeepsFullSlotsAndCountersUnderANewGeneration() throws Exception {
        beginAtWrapAround();
        var first = start(1);
        var consumer = attach();
        publish(first, 0);
        publish(first, 1);
        first.addDiscarded(512);
        first.addRecovered();
        var second = start(2);
        assertTrue(publish(second, 2));
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(payload(i, 256), consumer.next().orElseThrow().payload());
        }
        var header = RegionHeader.read(consumerSide);
        assertEquals(2, header.generation());
        assertEquals(3 * 256, header.published());
        assertEquals(512, header.discarded());
        assertEquals(1, header.recovered());
    }

    @Test
    void aProducerKilledBeforeItsMagicIsStoredCostsNothing() throws Exception {
        publish(start(1), 0);
        attach();
        publish(start(2), 1);
        producerSide.data().setInt(RegionLayout.MAGIC, 0);
        assertTrue(RegionConsumer.attach(consumerSide).isEmpty());
        publish(start(3), 2);
        var consumer = attach();
        assertArrayEquals(payload(1, 256), consumer.next().orElseThrow().payload());
        assertArrayEquals(payload(2, 256), consumer.next().orElseThrow().payload());
    }

    @Test
    void aTornSlotIsSkippedAndCountedAfterATakeover() throws Exception {
        var first = start(1);
        var consumer = attach();
        publish(first, 0);
        publish(first, 1);
        int at = SMALL.slotAt(0) + RegionLayout.SLOT_PAYLOAD;
        producerSide.data().setLong(at, ~producerSide.data().getLong(at));
        start(2);
        assertArrayEquals(payload(1, 256), consumer.next().orElseThrow().payload());
        assertEquals(1, consumer.skipped());
        assertEquals(0, consumer.torn());
    }

    @Test
    void aProducerWithOtherSizesBeginsAtTheConsumersHead() throws Exception {
        var first = start(1);
        var consumer = attach();
        publish(first, 0);
        var second = RegionProducer.start(producerSide, new Geometry(128, 8, false), 2, NOW);
        assertTrue(second.publish(payload(9, 64), 0, 64, 0, NOW));
        assertArrayEquals(payload(9, 64), consumer.next().orElseThrow().payload());
        assertEquals(64, second.published());
    }

    @Test
    void slotsThatAreNotFullAreZeroedAtTakeover() throws Exception {
        start(1);
        for (int at = RegionLayout.SLOTS; at < RegionLayout.SLOTS + 4 * 320; at += 8) {
            producerSide.data().setLong(at, -1);
        }
        start(2);
        for (int at = RegionLayout.SLOTS; at < RegionLayout.SLOTS + 4 * 320; at += 8) {
            assertEquals(0, producerSide.data().getLong(at));
        }
    }

    @Test
    void slotsAreZeroedAtTakeoverWhereAnotherVersionOrAKilledProducerLeftThem() throws Exception {
        for (int[] header : new int[][] {{RegionLayout.VERSION, 7}, {RegionLayout.GENERATION, 7}}) {
            for (int at = 0; at < RegionLayout.SLOTS; at += 8) {
                producerSide.data().setLong(at, 0);
            }
            producerSide.data().setInt(header[0], header[1]);
            producerSide.data().setLong(RegionLayout.SLOTS, -1);
            start(1);
            assertEquals(0, producerSide.data().getLong(RegionLayout.SLOTS));
        }
    }

    @Test
    void slotsOfARegionThatNoProducerHasFilledAreLeftAsTheyAre() throws Exception {
        producerSide.data().setLong(RegionLayout.SLOTS, -1);
        start(1);
        assertEquals(-1, producerSide.data().getLong(RegionLayout.SLOTS));
    }

    @Test
    void theConsumerSkipsAndCountsASlotWhoseBytesDoNotMatchTheirChecksum() throws Exception {
        var producer = start(1);
        var consumer = attach();
        publish(producer, 0);
        publish(producer, 1);
        producerSide.data().setInt(SMALL.slotAt(0) + RegionLayout.SLOT_LENGTH, 255);
        assertArrayEquals(payload(1, 256), consumer.next().orElseThrow().payload());
        assertEquals(1, consumer.torn());
    }

    @Test
    void theConsumerDoesNotFollowATailThatIsNotCredible() throws Exception {
        var producer = start(1);
        var consumer = attach();
        publish(producer, 0);
        for (int tail : new int[] {6, -1, 0x80000000}) {
            producerSide.data().setInt(RegionLayout.TAIL, tail);
            assertTrue(consumer.next().isEmpty());
        }
        assertEquals(3, consumer.refusedTails());
        producerSide.data().setInt(RegionLayout.TAIL, 1);
        assertArrayEquals(payload(0, 256), consumer.next().orElseThrow().payload());
    }

    @Test
    void aRestartedConsumerGoesOnWhereItWas() throws Exception {
        var producer = start(1);
        var first = attach();
        publish(producer, 0);
        publish(producer, 1);
        first.next();
        assertArrayEquals(payload(1, 256), attach().next().orElseThrow().payload());
    }

    @Test
    void aConsumerWhoseHeadIsUselessBeginsAtTheTailAndCountsIt() throws Exception {
        var producer = start(1);
        attach();
        publish(producer, 0);
        consumerSide.control().setInt(RegionLayout.HEAD, 1000);
        var again = attach();
        assertEquals(1, again.lost());
        assertTrue(again.next().isEmpty());
        publish(producer, 1);
        assertArrayEquals(payload(1, 256), again.next().orElseThrow().payload());
    }

    @Test
    void aSecondProducerIsKeptOut() {
        var busy = assertThrows(RegionException.class, () -> open(Region.Role.PRODUCER));
        assertEquals(RegionException.Kind.BUSY, busy.kind());
    }

    @Test
    void aHeaderOfAnotherVersionModeOrSizeIsRefusedAndNothingIsWritten() throws Exception {
        for (int field : new int[] {RegionLayout.VERSION, RegionLayout.HEADER_SIZE, RegionLayout.SLOT_BYTES,
            RegionLayout.SLOT_COUNT, RegionLayout.FLAGS}) {
            start(1);
            producerSide.data().setInt(field, 9);
            var refused = assertThrows(RegionException.class, () -> RegionConsumer.attach(consumerSide));
            assertEquals(RegionException.Kind.MISMATCH, refused.kind());
            assertEquals(0, consumerSide.control().getInt(RegionLayout.CONTROL_MAGIC_AT));
        }
    }

    @Test
    void aRingThatDoesNotFitIsRefused() {
        var refused = assertThrows(RegionException.class,
                () -> RegionProducer.start(producerSide, new Geometry(320, 16, false), 1, NOW));
        assertTrue(refused.getMessage().contains("need 9216 bytes, the data map has 8192"), refused.getMessage());
        assertFalse(RegionHeader.read(consumerSide).present());
    }

    @Test
    void aTestRequestIsServedOnceAndNotMoreOftenThanEveryTenSeconds() throws Exception {
        var producer = start(1);
        var consumer = attach();
        assertFalse(producer.testRequested(NOW));
        int request = consumer.requestTest();
        assertTrue(producer.testRequested(NOW));
        producer.testServed(producer.requestNumber(), true, NOW);
        assertEquals(request, RegionHeader.read(consumerSide).requestServed());
        assertEquals(RegionLayout.RESULT_PASS, RegionHeader.read(consumerSide).requestResult());
        consumer.requestTest();
        assertFalse(producer.testRequested(NOW + RegionProducer.REQUEST_INTERVAL - 1));
        assertTrue(producer.testRequested(NOW + RegionProducer.REQUEST_INTERVAL));
    }

    @Test
    void whoeverWantsToSleepIsToldWhenThereIsWorkAfterAll() throws Exception {
        var producer = start(1);
        var consumer = attach();
        assertFalse(consumer.wantWakeUp());
        assertTrue(publish(producer, 0));
        assertTrue(producer.consumerWantsWakeUp());
        assertTrue(consumer.wantWakeUp());
        assertFalse(producer.consumerWantsWakeUp());
        publish(producer, 1);
        publish(producer, 2);
        publish(producer, 3);
        assertFalse(producer.wantSpace());
        assertTrue(consumer.producerWantsSpace());
        consumer.next();
        assertTrue(producer.wantSpace());
        assertFalse(consumer.producerWantsSpace());
    }

    @Test
    void inOneMapModeTheControlPageIsTheLastPage() throws Exception {
        var file = folder.resolve("one");
        try (var created = new RandomAccessFile(file.toFile(), "rw")) {
            created.setLength(3 * 4096);
        }
        try (var one = Region.open(RegionSpec.parse(file.toString()), Region.Role.PRODUCER);
                var reader = Region.open(RegionSpec.parse(file.toString()), Region.Role.CONSUMER)) {
            var producer = RegionProducer.start(one, new Geometry(320, 8, true), 1, NOW);
            var consumer = RegionConsumer.attach(reader).orElseThrow();
            producer.publish(payload(1, 256), 0, 256, 0, NOW);
            assertArrayEquals(payload(1, 256), consumer.next().orElseThrow().payload());
            try (var raw = new RandomAccessFile(file.toFile(), "r")) {
                raw.seek(2 * 4096);
                assertEquals(Integer.reverseBytes(RegionLayout.CONTROL_MAGIC), raw.readInt());
            }
        }
    }
}
