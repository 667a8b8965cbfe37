// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import maaxboard.entropy.region.Geometry;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.region.State;

/** The ring: published and consumed by one thread, without a token. */
final class RingSubject implements Subject {
    private static final int ROUNDS = 60;
    private static final int BLOCKS = 64;
    private static final int REPEATS = 200;

    @Override
    public String name() {
        return "ring";
    }

    @Override
    public String about() {
        return "One thread publishes blocks of 256 bytes into a region in two files and consumes them, checksums and zeroing included.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        for (var name : List.of("data", "control")) {
            try (var file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
                file.setLength(name.equals("data") ? 65536 : 4096);
            }
        }
        var spec = RegionSpec.parse(folder.resolve("data") + "," + folder.resolve("control"));
        var nanos = new double[ROUNDS];
        try (var mine = Region.open(spec, Region.Role.PRODUCER); var theirs = Region.open(spec, Region.Role.CONSUMER)) {
            var producer = RegionProducer.start(mine, new Geometry(320, 128, false), 1, System.nanoTime());
            producer.state(State.OK, maaxboard.entropy.region.Reason.NONE);
            producer.settled();
            var consumer = RegionConsumer.attach(theirs).orElseThrow();
            var block = new byte[256];
            for (int round = -ROUNDS; round < ROUNDS; round++) {
                long since = System.nanoTime();
                for (int i = 0; i < REPEATS; i++) {
                    for (int n = 0; n < BLOCKS; n++) {
                        producer.publish(block, 0, block.length, 0, since);
                    }
                    for (int n = 0; n < BLOCKS; n++) {
                        consumer.next().orElseThrow();
                    }
                    producer.tick(since);
                }
                if (round >= 0) {
                    nanos[round] = (System.nanoTime() - since) / (double) (REPEATS * BLOCKS);
                }
            }
        }
        return List.of(Row.alone("256 bytes published and consumed", "ns", 0, nanos));
    }
}
