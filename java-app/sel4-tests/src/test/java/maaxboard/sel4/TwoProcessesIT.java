// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import maaxboard.entropy.region.RegionLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Java and C at the two ends of one mapped region, each in a process of its own that is stopped and killed at random:
 * nothing is repeated, torn or out of order; a kill of the consumer costs one slot at most, one of the producer none
 * that was published. Indices start at 0xfffffff0.
 */
class TwoProcessesIT {
    private static final long TARGET = 1L << 30;
    private static final int SLOT_BYTES = 2048;
    private static final int SLOTS = 16;
    private static final int FIRST = 0xfffffff0;

    @TempDir
    Path folder;
    private Arena arena;
    private MemorySegment journal;
    private final List<Process> running = new ArrayList<>();

    private enum Side {
        PRODUCER, CONSUMER
    }

    @BeforeEach
    void makeAnEmptyRegionWhoseConsumerStandsBeforeTheWrap() throws Exception {
        arena = Arena.ofShared();
        make("data", RegionLayout.HEADER_BYTES + 128 * 4096);
        make("control", RegionLayout.PAGE);
        make("journal", RegionPeer.JOURNAL_BYTES);
        try (var control = new RandomAccessFile(folder.resolve("control").toFile(), "rw")) {
            put(control, RegionLayout.CONTROL_MAGIC_AT, RegionLayout.CONTROL_MAGIC);
            put(control, RegionLayout.CONTROL_VERSION, RegionLayout.ABI_VERSION);
            put(control, RegionLayout.HEAD, FIRST);
        }
        journal = RegionPeer.journal(folder.resolve("journal"), arena);
    }

    private void make(String name, long size) throws Exception {
        try (var file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(size);
        }
    }

    private static void put(RandomAccessFile file, int at, int value) throws Exception {
        file.seek(at);
        file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    @AfterEach
    void endWhatStillRuns() throws Exception {
        for (var process : running) {
            process.destroyForcibly().waitFor();
        }
        arena.close();
    }

    @Test
    void aGibibyteFromJavaToCSurvivesStopsAndKillsOfBothSides() throws Exception {
        tortured(Sel4Build.javaPeer(), List.of(Sel4Build.make("peer").toString()), 11);
    }

    @Test
    void aGibibyteFromCToJavaSurvivesStopsAndKillsOfBothSides() throws Exception {
        tortured(List.of(Sel4Build.make("peer").toString()), Sel4Build.javaPeer(), 12);
    }

    @Test
    void throughputFromJavaToCIsPrinted() throws Exception {
        assertTrue(throughput(Sel4Build.javaPeer(), 320, 128) > 0);
    }

    private long throughput(List<String> producerCommand, int slotBytes, int slots) throws Exception {
        var consumer = start(List.of(Sel4Build.make("peer").toString()), "consume", slotBytes, slots);
        var producer = start(producerCommand, "produce", slotBytes, slots);
        await(() -> bytes() > 100_000_000, 60);
        long best = 0;
        for (int i = 0; i < 5; i++) {
            long from = bytes();
            long at = System.nanoTime();
            Thread.sleep(400);
            best = Math.max(best, (bytes() - from) * 1000 / (System.nanoTime() - at));
        }
        finish(producer, consumer);
        System.out.printf("Java to C, host memory, slots of %d: best of five 0.4 s windows %d MB/s%n", slotBytes, best);
        assertEquals(0, RegionPeer.get(journal, RegionPeer.WRONG));
        assertEquals(0, RegionPeer.get(journal, RegionPeer.MISSING));
        return best;
    }

    private void tortured(List<String> producerCommand, List<String> consumerCommand, long seed) throws Exception {
        var random = new Random(seed);
        var producer = start(producerCommand, "produce", SLOT_BYTES, SLOTS);
        var consumer = start(consumerCommand, "consume", SLOT_BYTES, SLOTS);
        int[] kills = new int[2];
        int stops = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(900);
        while (bytes() < TARGET || kills[0] < 8 || kills[1] < 8) {
            if (System.nanoTime() > deadline) {
                fail("after 150 s only " + bytes() + " bytes, kills " + kills[0] + " and " + kills[1]);
            }
            long before = bytes();
            Thread.sleep(50 + random.nextInt(200));
            assertTrue(producer.isAlive(), "the producer ended with " + (producer.isAlive() ? 0 : producer.exitValue()));
            assertTrue(consumer.isAlive(), "the consumer ended with " + (consumer.isAlive() ? 0 : consumer.exitValue()));
            if (bytes() == before) {
                continue; // a process is still starting: let the bytes flow first
            }
            var side = random.nextBoolean() ? Side.PRODUCER : Side.CONSUMER;
            var victim = side == Side.PRODUCER ? producer : consumer;
            if (random.nextInt(3) == 0 && kills[side.ordinal()] < 12) {
                victim.destroyForcibly().waitFor();
                kills[side.ordinal()]++;
                if (side == Side.PRODUCER) {
                    producer = start(producerCommand, "produce", SLOT_BYTES, SLOTS);
                } else {
                    consumer = start(consumerCommand, "consume", SLOT_BYTES, SLOTS);
                }
            } else {
                signal(victim, "STOP");
                Thread.sleep(random.nextInt(60));
                signal(victim, "CONT");
                stops++;
            }
        }
        long epochs = kills[0] + 1;
        await(() -> RegionPeer.get(journal, RegionPeer.LAST) >>> 40 == epochs, 30);
        finish(producer, consumer);
        long missing = RegionPeer.get(journal, RegionPeer.MISSING);
        System.out.printf("%d MiB, %d stops, %d kills of the producer, %d of the consumer: %d slots lost, %d skipped, %d wrong%n",
                bytes() >> 20, stops, kills[0], kills[1], missing, RegionPeer.get(journal, RegionPeer.SKIPPED),
                RegionPeer.get(journal, RegionPeer.WRONG));
        assertEquals(0, RegionPeer.get(journal, RegionPeer.WRONG), "blocks repeated, torn or out of order");
        assertEquals(0, RegionPeer.get(journal, RegionPeer.TORN), "slots found torn");
        assertEquals(0, RegionPeer.get(journal, RegionPeer.RESYNCS), "consumers that lost their place");
        assertTrue(missing <= kills[1], missing + " slots lost by " + kills[1] + " kills of the consumer");
        assertEquals(epochs, RegionPeer.get(journal, RegionPeer.EPOCH));
        long last = RegionPeer.get(journal, RegionPeer.LAST);
        assertEquals(RegionPeer.get(journal, RegionPeer.PUBLISHED + 8 * (last >>> 40)), (last & 0xffffffffffL) + 1,
                "everything published has been consumed");
    }

    private void finish(Process producer, Process consumer) throws Exception {
        RegionPeer.set(journal, RegionPeer.STOP, 1);
        assertTrue(producer.waitFor(30, TimeUnit.SECONDS), "the producer ends");
        assertEquals(0, producer.exitValue());
        RegionPeer.set(journal, RegionPeer.STOP, 2);
        assertTrue(consumer.waitFor(30, TimeUnit.SECONDS), "the consumer ends");
        assertEquals(0, consumer.exitValue());
    }

    private long bytes() {
        return RegionPeer.get(journal, RegionPeer.BYTES);
    }

    private Process start(List<String> command, String role, int slotBytes, int slots) throws Exception {
        var all = new ArrayList<>(command);
        all.addAll(List.of(role, folder.resolve("data").toString(), folder.resolve("control").toString(),
                folder.resolve("journal").toString(), Integer.toString(slotBytes), Integer.toString(slots)));
        var process = new ProcessBuilder(all).inheritIO().start();
        running.add(process);
        return process;
    }

    private static void signal(Process process, String name) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
    }

    private static void await(java.util.function.BooleanSupplier condition, int seconds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("not within " + seconds + " s");
            }
            Thread.sleep(20);
        }
    }
}
