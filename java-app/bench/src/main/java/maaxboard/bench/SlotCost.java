// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import maaxboard.entropy.region.Geometry;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.region.State;

/**
 * {@code SlotCost REGION ROUNDS}: runs in the guest. For each round the nanoseconds that one slot of 256 payload bytes took
 * the producer (checksum, copy, index, and zeroing it once it was released) and the reference consumer.
 */
final class SlotCost {
    private static final int SLOTS = 64;
    private static final int REPEATS = 8;

    private SlotCost() {
    }

    public static void main(String[] args) throws Exception {
        var spec = RegionSpec.parse(args[0]);
        int rounds = Integer.parseInt(args[1]);
        try (var mine = Region.open(spec, Region.Role.PRODUCER); var theirs = Region.open(spec, Region.Role.CONSUMER)) {
            var producer = RegionProducer.start(mine, new Geometry(320, 128, mine.oneMap()), 1, System.nanoTime());
            producer.state(State.OK, Reason.NONE);
            producer.settled();
            var consumer = RegionConsumer.attach(theirs).orElseThrow();
            var block = new byte[256];
            for (int round = -rounds; round < rounds; round++) {
                long publishing = 0;
                long consuming = 0;
                for (int i = 0; i < REPEATS; i++) {
                    long since = System.nanoTime();
                    for (int n = 0; n < SLOTS; n++) {
                        producer.publish(block, 0, block.length, 0, since);
                    }
                    long between = System.nanoTime();
                    for (int n = 0; n < SLOTS; n++) {
                        consumer.next().orElseThrow();
                    }
                    long end = System.nanoTime();
                    producer.tick(end);
                    consuming += end - between;
                    publishing += System.nanoTime() - end + between - since;
                }
                if (round >= 0) {
                    System.out.println("slot " + publishing / (SLOTS * REPEATS) + " " + consuming / (SLOTS * REPEATS));
                }
            }
            producer.state(State.STOPPED, Reason.NONE);
        }
    }
}
