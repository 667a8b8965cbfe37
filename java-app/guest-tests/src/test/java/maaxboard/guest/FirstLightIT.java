// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** One guest with one token, from its first block to the end of the service. The order is that of a day's events. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FirstLightIT {
    private static final byte[] MARKER = HexFormat.of()
            .parseHex("6d61726b65726d61726b65726d61726b65726d61726b65726d61726b65722121");

    private Bench bench;
    private Consumer consumer;
    private int firstHead;

    @BeforeAll
    void boot() {
        bench = new Bench("first-light", "43211234");
        consumer = bench.consumer;
        firstHead = consumer.header().head();
    }

    @AfterAll
    void switchOff() {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    @Order(1)
    void everyBlockTheConsumerTakesIsFoundInOrderAndOnceInTheTokensOwnList() {
        consumer.awaitState(State.OK);
        var slots = bench.mustFollow(consumer.take(300));
        for (int i = 1; i < slots.size(); i++) {
            assertEquals(slots.getFirst().sequence() + i, slots.get(i).sequence());
        }
    }

    @Test
    @Order(2)
    void theSlotsCommandNamesTheTokenAndItsSerialNumber() {
        var slots = bench.ask("entropy slots");
        assertTrue(slots.contains("43211234"), slots);
    }

    @Test
    @Order(3)
    void withTheTokenUnpluggedNoByteArrives() {
        bench.token().tell("unplug");
        var header = consumer.awaitState(State.WAITING);
        assertTrue(header.reason() == Reason.TOKEN_REMOVED || header.reason() == Reason.NO_TOKEN, header.toString());
        bench.mustFollow(consumer.takeFor(Duration.ofSeconds(2)));
        long published = consumer.header().published();
        int answered = bench.token().hashes().size();
        assertEquals(List.of(), consumer.takeFor(Duration.ofSeconds(5)));
        assertEquals(published, consumer.header().published());
        assertEquals(answered, bench.token().hashes().size());
    }

    @Test
    @Order(4)
    void afterPluggingItInAgainBytesArriveAgain() {
        bench.token().tell("plug");
        consumer.awaitState(State.OK);
        bench.mustFollow(consumer.take(64));
    }

    @Test
    @Order(5)
    void sigtermEndsTheServiceCleanlyAndTheCountersEqualWhatTheConsumerTook() {
        bench.ask(Bench.SERVICE + " stop");
        var header = consumer.awaitState(State.STOPPED);
        assertEquals(Reason.STOPPED_BY_SIGNAL, header.reason());
        assertFalse(bench.ask("ps").contains("bin/java"));
        bench.mustFollow(consumer.takeFor(Duration.ofSeconds(1)));
        header = consumer.header();
        assertEquals(header.tail(), header.head());
        // What was published before the consumer attached was never its own.
        long before = (long) firstHead * (header.slotBytes() - 64);
        assertEquals(header.published(), before + bench.taken());
    }

    @Test
    @Order(6)
    void theInitScriptWaitsUntilTheServiceServes() {
        bench.ask("mkdir -p /etc/default && echo READY_WAIT=300 >/etc/default/maaxboard-entropy");
        var said = bench.ask(Bench.SERVICE + " start");
        assertTrue(said.strip().endsWith("maaxboard-entropy: OK"), said);
        assertTrue(consumer.header().published() > 0);
        assertEquals(State.OK, consumer.header().state());
        bench.ask(Bench.SERVICE + " stop");
        bench.mustFollow(consumer.takeFor(Duration.ofSeconds(1)));
    }

    @Test
    @Order(7)
    void aTokenThatAnswersAFixedMarkerMakesTheRegionFailedAndNothingArrives() {
        bench.token().tell("fault repeat " + HexFormat.of().formatHex(MARKER));
        bench.ask("echo READY_WAIT=3 >/etc/default/maaxboard-entropy");
        var said = bench.ask(Bench.SERVICE + " start");
        assertTrue(said.contains("OK, nothing published yet"), said);
        consumer.awaitState(State.FAILED);
        assertEquals(List.of(), consumer.takeFor(Duration.ofSeconds(5)));
        assertTrue(consumer.header().discarded() > 0);
    }

    @Test
    @Order(8)
    void theMarkerIsNowhereInTheRegion() {
        try (var region = bench.guest.openRegion()) {
            var bytes = new byte[(int) region.data().size()];
            region.data().read(0, bytes, bytes.length);
            for (int at = 0; at + 8 <= bytes.length; at++) {
                assertFalse(Arrays.equals(bytes, at, at + 8, MARKER, 0, 8), "marker at " + at);
            }
        }
    }
}
