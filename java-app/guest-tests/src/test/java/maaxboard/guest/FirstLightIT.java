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
import maaxboard.entropy.region.Slot;
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
    private static final String SERVICE = "/etc/init.d/S70maaxboard-entropy";
    private static final byte[] MARKER = HexFormat.of()
            .parseHex("6d61726b65726d61726b65726d61726b65726d61726b65726d61726b65722121");

    private Guest guest;
    private Token token;
    private Consumer consumer;
    private AnswerLog answers;
    private int firstHead;
    private long taken;

    @BeforeAll
    void boot() {
        guest = Guest.start(Project.images(), Project.top().resolve("build/log/first-light.console"));
        token = Token.plugInto(guest, 0, "43211234");
        answers = new AnswerLog(token);
        consumer = Consumer.attach(guest);
        firstHead = consumer.header().head();
        guest.awaitShell();
    }

    @AfterAll
    void switchOff() {
        if (consumer != null) {
            consumer.close();
        }
        if (token != null) {
            token.close();
        }
        if (guest != null) {
            guest.close();
        }
    }

    private List<Slot> count(List<Slot> slots) {
        taken += slots.stream().mapToLong(slot -> slot.payload().length).sum();
        return slots;
    }

    private void mustFollow(List<Slot> slots) {
        for (var slot : slots) {
            assertTrue(answers.follows(slot.payload()), slot + " is not what the token answered, or not in order");
        }
    }

    @Test
    @Order(1)
    void everyBlockTheConsumerTakesIsFoundInOrderAndOnceInTheTokensOwnList() {
        consumer.awaitState(State.OK);
        var slots = count(consumer.take(300));
        mustFollow(slots);
        for (int i = 1; i < slots.size(); i++) {
            assertEquals(slots.getFirst().sequence() + i, slots.get(i).sequence());
        }
        assertEquals(0, consumer.torn());
    }

    @Test
    @Order(2)
    void theSlotsCommandNamesTheTokenAndItsSerialNumber() {
        var result = guest.run("entropy slots");
        assertEquals(0, result.status(), result.output());
        assertTrue(result.output().contains("43211234"), result.output());
    }

    @Test
    @Order(3)
    void withTheTokenUnpluggedNoByteArrives() {
        token.tell("unplug");
        var header = consumer.awaitState(State.WAITING);
        assertTrue(header.reason() == Reason.TOKEN_REMOVED || header.reason() == Reason.NO_TOKEN, header.toString());
        mustFollow(count(consumer.takeFor(Duration.ofSeconds(2))));
        long published = consumer.header().published();
        int answered = token.hashes().size();
        assertEquals(List.of(), consumer.takeFor(Duration.ofSeconds(5)));
        assertEquals(published, consumer.header().published());
        assertEquals(answered, token.hashes().size());
    }

    @Test
    @Order(4)
    void afterPluggingItInAgainBytesArriveAgain() {
        token.tell("plug");
        consumer.awaitState(State.OK);
        mustFollow(count(consumer.take(64)));
    }

    @Test
    @Order(5)
    void sigtermEndsTheServiceCleanlyAndTheCountersEqualWhatTheConsumerTook() {
        assertEquals(0, guest.run(SERVICE + " stop").status());
        var header = consumer.awaitState(State.STOPPED);
        assertEquals(Reason.STOPPED_BY_SIGNAL, header.reason());
        assertFalse(guest.run("ps").output().contains("bin/java"));
        mustFollow(count(consumer.takeFor(Duration.ofSeconds(1))));
        header = consumer.header();
        assertEquals(header.tail(), header.head());
        // Before the consumer attached, the ring was filled once from index 0; those blocks were never its own.
        long before = (long) firstHead * (header.slotBytes() - 64);
        assertEquals(header.published(), before + taken);
    }

    @Test
    @Order(6)
    void aTokenThatAnswersAFixedMarkerMakesTheRegionFailedAndNothingArrives() {
        token.tell("fault repeat " + HexFormat.of().formatHex(MARKER));
        assertEquals(0, guest.run(SERVICE + " start").status());
        consumer.awaitState(State.FAILED);
        assertEquals(List.of(), consumer.takeFor(Duration.ofSeconds(5)));
        assertTrue(consumer.header().discarded() > 0);
    }

    @Test
    @Order(7)
    void theMarkerIsNowhereInTheRegion() {
        try (var region = guest.openRegion()) {
            var bytes = new byte[(int) region.data().size()];
            region.data().read(0, bytes, bytes.length);
            for (int at = 0; at + 8 <= bytes.length; at++) {
                assertFalse(Arrays.equals(bytes, at, at + 8, MARKER, 0, 8), "marker at " + at);
            }
        }
    }
}
