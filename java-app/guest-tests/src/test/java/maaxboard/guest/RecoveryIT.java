// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import maaxboard.entropy.region.Slot;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** One guest in which things die and come back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecoveryIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Bench bench;
    private Consumer consumer;

    @BeforeAll
    void boot() {
        bench = new Bench("recovery", "43211234");
        consumer = bench.consumer;
        consumer.awaitState(State.OK);
    }

    @AfterAll
    void switchOff() {
        if (bench != null) {
            bench.close();
        }
    }

    /** Says how long something took, and holds it against the limit. */
    private static void within(String what, long began) {
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("%s after %.1f s%n", what, seconds);
        assertTrue(seconds < LIMIT.toSeconds(), what + " after " + seconds + " s");
    }

    @Test
    @Order(1)
    void onAFullRingTheServiceSleeps() {
        bench.guest.await("a full ring", () -> consumer.header().full() == consumer.header().slotCount());
        var pid = bench.ask("cat /run/maaxboard-entropy.child.pid");
        var ticks = "cut -d' ' -f14,15 /proc/" + pid + "/stat";
        Guest.pause(Duration.ofSeconds(5));
        long began = System.nanoTime();
        long before = sum(bench.ask(ticks));
        Guest.pause(Duration.ofSeconds(10));
        long used = sum(bench.ask(ticks)) - before;
        double share = used / ((System.nanoTime() - began) / 1e7);
        System.out.printf("on a full ring the service uses %.2f %% of a CPU%n", 100 * share);
        // A busy host inflates the guest's CPU times; a spinning service would use all of one.
        assertTrue(share < 0.5, "CPU share " + share);
    }

    private static long sum(String numbers) {
        long sum = 0;
        for (var number : numbers.split(" ")) {
            sum += Long.parseLong(number);
        }
        return sum;
    }

    @Test
    @Order(2)
    void pcscdKilledIsStartedAnewAndBytesFlowAgain() {
        // More than the ring holds: the service reads. Asleep before a full ring, it would find the next pcscd and no error.
        bench.mustFollow(consumer.take(256));
        long recovered = consumer.header().recovered();
        bench.ask("kill -KILL $(cat /run/pcscd.child.pid)");
        long began = System.nanoTime();
        bench.guest.await("recovery from pcscd's death", () -> {
            consumer.next().ifPresent(slot -> bench.mustFollow(List.of(slot)));
            return consumer.header().recovered() > recovered && consumer.header().state() == State.OK;
        });
        bench.mustFollow(consumer.take(8));
        within("bytes flow again, pcscd having been killed,", began);
    }

    @Test
    @Order(3)
    void theServiceKilledTakesTheRegionOverAndPublishesNothingTwice() {
        var before = consumer.header();
        bench.ask("kill -KILL $(cat /run/maaxboard-entropy.child.pid)");
        long began = System.nanoTime();
        bench.guest.await("another generation", () -> {
            var header = consumer.header();
            return header.present() && header.generation() != before.generation();
        });
        consumer.awaitState(State.OK);
        bench.mustFollow(consumer.take(200));
        within("bytes flow again, the service having been killed,", began);
        assertNotEquals(before.generation(), consumer.header().generation());
        assertTrue(consumer.header().published() >= before.published(), "the count of published bytes went back");
    }

    @Test
    @Order(4)
    void aSecondTokenServesBesideTheFirst() {
        bench.plug("4321abcd");
        var sources = new HashSet<Integer>();
        bench.guest.await("blocks of both tokens", () -> {
            for (var slot : bench.mustFollow(consumer.takeFor(Duration.ofMillis(500)))) {
                sources.add(slot.source());
            }
            return sources.size() == 2;
        });
        consumer.awaitState(State.OK);
    }

    @Test
    @Order(5)
    void oneOfTwoTokensUnpluggedIsADegradedStateAndTheOtherGoesOn() {
        bench.tokens.get(1).tell("unplug");
        consumer.awaitState(State.DEGRADED);
        bench.mustFollow(consumer.takeFor(Duration.ofSeconds(2)));
        Set<Integer> sources = bench.mustFollow(consumer.take(100)).stream().map(Slot::source).collect(Collectors.toSet());
        assertEquals(1, sources.size());
        long began = System.nanoTime();
        bench.tokens.get(1).tell("plug");
        consumer.awaitState(State.OK);
        within("both tokens serve again", began);
    }

    @Test
    @Order(6)
    void theServiceStaysWithinItsMemory() {
        var pid = bench.ask("cat /run/maaxboard-entropy.child.pid");
        var peak = Integer.parseInt(bench.ask("awk '/^VmHWM/ { print $2 }' /proc/" + pid + "/status"));
        System.out.printf("the service's peak resident memory is %d kB%n", peak);
        assertTrue(peak <= 96 * 1024, "peak resident memory " + peak + " kB");
    }
}
