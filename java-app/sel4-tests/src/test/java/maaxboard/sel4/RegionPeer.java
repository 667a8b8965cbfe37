// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import maaxboard.entropy.region.Geometry;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.region.State;

/** The Java side of the two-process tests; sel4/tests/peer.c is the C one and explains the journal. */
final class RegionPeer {
    static final int EPOCH = 0x00;
    static final int LAST = 0x08;
    static final int BYTES = 0x10;
    static final int WRONG = 0x18;
    static final int MISSING = 0x20;
    static final int STOP = 0x28;
    static final int STARTS = 0x30;
    static final int SKIPPED = 0x38;
    static final int TORN = 0x40;
    static final int RESYNCS = 0x48;
    static final int PUBLISHED = 0x1000;
    static final int EPOCHS = 4096;
    static final int JOURNAL_BYTES = PUBLISHED + 8 * EPOCHS;

    private static final long MIX = 0x9e3779b97f4a7c15L;
    private static final java.lang.invoke.VarHandle WORD = java.lang.invoke.MethodHandles
            .byteArrayViewVarHandle(long[].class, java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final java.lang.invoke.VarHandle CELL = ValueLayout.JAVA_LONG.varHandle();

    private RegionPeer() {
    }

    /** A journal in memory that outlives its writers. */
    static MemorySegment journal(Path file, Arena arena) throws java.io.IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, JOURNAL_BYTES, arena);
        }
    }

    static long get(MemorySegment journal, long at) {
        return (long) CELL.getAcquire(journal, at);
    }

    static void set(MemorySegment journal, long at, long value) {
        CELL.setRelease(journal, at, value);
    }

    public static void main(String[] args) throws Exception {
        var spec = RegionSpec.parse(args[1] + "," + args[2]);
        var journal = journal(Path.of(args[3]), Arena.global());
        var geometry = new Geometry(Integer.parseInt(args[4]), Integer.parseInt(args[5]), false);
        switch (args[0]) {
            case "produce" -> produce(spec, journal, geometry);
            case "consume" -> consume(spec, journal, geometry);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void produce(RegionSpec spec, MemorySegment journal, Geometry geometry) throws Exception {
        try (var region = Region.open(spec, Region.Role.PRODUCER)) {
            var producer = RegionProducer.start(region, geometry, new SecureRandom().nextLong() | 1, System.nanoTime());
            long epoch = get(journal, EPOCH) + 1;
            set(journal, EPOCH, epoch);
            producer.state(State.OK, Reason.NONE);
            var payload = new byte[geometry.payloadBytes()];
            for (long number = 0; get(journal, STOP) == 0;) {
                long block = epoch << 40 | number;
                WORD.set(payload, 0, block);
                for (int i = 1; i < payload.length / 8; i++) {
                    WORD.set(payload, i * 8, (block ^ (long) i << 32) * MIX);
                }
                while (!producer.publish(payload, 0, payload.length, 0, System.nanoTime())) {
                    if (!producer.headGood()) {
                        throw new IllegalStateException("bad head");
                    }
                    if (get(journal, STOP) != 0) {
                        return;
                    }
                    Thread.yield();
                }
                set(journal, PUBLISHED + 8 * epoch, ++number);
            }
        }
    }

    private static void consume(RegionSpec spec, MemorySegment journal, Geometry geometry) throws Exception {
        try (var region = Region.open(spec, Region.Role.CONSUMER)) {
            set(journal, STARTS, get(journal, STARTS) + 1);
            var attached = RegionConsumer.attach(region);
            while (attached.isEmpty()) {
                if (get(journal, STOP) == 2) {
                    return;
                }
                Thread.yield();
                attached = RegionConsumer.attach(region);
            }
            var consumer = attached.get();
            long last = get(journal, LAST);
            add(journal, RESYNCS, consumer.lost());
            long skipped = 0;
            long torn = 0;
            while (true) {
                long stop = get(journal, STOP);
                var slot = consumer.next();
                if (slot.isEmpty()) {
                    if (stop == 2) {
                        break;
                    }
                    Thread.yield();
                    continue;
                }
                var payload = slot.get().payload();
                last = check(journal, payload, last, geometry);
                add(journal, BYTES, payload.length);
                if (consumer.skipped() != skipped || consumer.torn() != torn) {
                    add(journal, SKIPPED, consumer.skipped() - skipped);
                    add(journal, TORN, consumer.torn() - torn);
                    skipped = consumer.skipped();
                    torn = consumer.torn();
                }
            }
        }
    }

    private static void add(MemorySegment journal, long at, long value) {
        if (value != 0) {
            set(journal, at, get(journal, at) + value);
        }
    }

    private static long check(MemorySegment journal, byte[] payload, long last, Geometry geometry) {
        long block = (long) WORD.get(payload, 0);
        long epoch = block >>> 40;
        long number = block & 0xffffffffffL;
        boolean wrong = payload.length != geometry.payloadBytes() || epoch == 0 || epoch >= EPOCHS || block <= last;
        for (int i = 1; i < payload.length / 8 && !wrong; i++) {
            wrong = (long) WORD.get(payload, i * 8) != (block ^ (long) i << 32) * MIX;
        }
        if (wrong) {
            System.err.printf("consumer: block %x after %x%n", block, last);
            add(journal, WRONG, 1);
            return last;
        }
        long lastEpoch = last >>> 40;
        long next = lastEpoch == 0 ? 0 : (last & 0xffffffffffL) + 1;
        long missing = number;
        if (epoch == lastEpoch) {
            missing = number - next;
        } else {
            for (long e = lastEpoch; e < epoch; e++, next = 0) {
                missing += Math.max(0, get(journal, PUBLISHED + 8 * e) - next);
            }
        }
        add(journal, MISSING, missing);
        set(journal, LAST, block);
        return block;
    }
}
