// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.region.Slot;
import maaxboard.entropy.region.State;
import maaxboard.virtualtoken.HostPcscd;
import maaxboard.virtualtoken.VirtualToken;
import maaxboard.virtualtoken.transport.VpcdTransport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code make run CARD=passthru,certificates,host}: one guest with QEMU's card reader three times in its USB. In the first
 * is a virtual token over VSC, in the second QEMU's own card, and into the third the card of a reader of pcscd is relayed,
 * here a virtual token of T=1 in a Virtual PCD, which stands for a real one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CardModesIT {
    private static final String PASSED_THROUGH = "43211234";
    private static final String OF_THE_HOST = "4321ca4d";

    @TempDir
    static Path folder;

    private HostPcscd pcscd;
    private VirtualToken hardware;
    private Guest guest;
    private Consumer consumer;

    @BeforeAll
    void boot() throws Exception {
        pcscd = HostPcscd.start(folder, 1);
        hardware = VirtualToken.on(new VpcdTransport(new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(0))))
                .serial(OF_THE_HOST).hashes(folder.resolve("hashes")).start();
        var environment = new HashMap<>(pcscd.environment());
        environment.put("CARD", "passthru,certificates,host");
        // pcscd takes a moment to see the card.
        for (int tries = 0; tries < 600 && hardware.status().powerOns() == 0; tries++) {
            Thread.sleep(100);
        }
        guest = Guest.startWithCards(Project.images(), Project.top().resolve("build/log/cards.console"), environment);
        consumer = Consumer.attach(guest);
        guest.awaitShell();
    }

    @AfterAll
    void switchOff() {
        if (consumer != null) {
            consumer.close();
        }
        if (guest != null) {
            guest.close();
        }
        if (hardware != null) {
            hardware.close();
        }
        if (pcscd != null) {
            pcscd.close();
        }
    }

    private String slots() {
        return guest.run("pkcs11-tool --list-slots").output();
    }

    private void tellPassedThrough(String line) {
        Token.tell(guest.file("passthru.control"), line);
    }

    /** Waits until the blocks that arrive come from exactly these tokens, by the files of their answers. */
    private void awaitBlocksOf(Path... hashes) {
        var logs = new HashMap<Path, AnswerLog>();
        List.of(hashes).forEach(file -> logs.put(file, new AnswerLog(() -> lines(file))));
        var sources = new HashMap<Integer, Path>();
        guest.await("blocks of " + hashes.length + " tokens", () -> {
            for (Slot slot : consumer.take(1)) {
                Path known = sources.get(slot.source());
                for (var entry : known == null ? logs.entrySet() : Map.of(known, logs.get(known)).entrySet()) {
                    if (entry.getValue().follows(slot.payload())) {
                        sources.put(slot.source(), entry.getKey());
                        break;
                    }
                }
                assertTrue(sources.containsKey(slot.source()), slot + " is no answer of these tokens");
            }
            return sources.values().containsAll(List.of(hashes));
        });
        assertEquals(0, consumer.torn());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(1)
    void theRunSaysWhatIsInTheReadersAndThatOpenScKnowsNoRandomGeneratorOnQemusCard() {
        var said = guest.console().all().lines().takeWhile(line -> !line.contains("Booting Linux")).toList();
        assertTrue(said.contains("OpenSC knows no random generator on this card: the service takes nothing from it."),
                said.toString());
        for (var certificate : List.of("  identity", "  signing", "  encryption")) {
            assertTrue(said.contains(certificate), said.toString());
        }
        assertTrue(said.stream().anyMatch(line -> line.startsWith("This host's card, relayed") && line.contains("Virtual PCD")
                && line.contains(", 3BDA11FF81B1FE551F0300318473800180009000")), said.toString());
    }

    @Test
    @Order(2)
    void theGuestSeesBothTokensAndACardWithoutARandomGenerator() {
        consumer.awaitState(State.OK);
        guest.await("both tokens", () -> slots().contains("fffe" + OF_THE_HOST));
        var slots = slots();
        assertTrue(slots.contains("fffe" + PASSED_THROUGH), slots);
        assertEquals(4, slots.lines().filter(line -> line.contains("token flags") && line.contains(" rng,")).count(), slots);
        assertEquals(1, slots.lines().filter(line -> line.contains("(token not recognized)")).count(), slots);
        var service = guest.run("entropy status").output();
        assertTrue(service.contains("fffe" + PASSED_THROUGH) && service.contains("fffe" + OF_THE_HOST), service);
    }

    @Test
    @Order(3)
    void everyBlockIsAnAnswerOfTheTokenInTheReaderOrOfTheHostsCard() {
        awaitBlocksOf(guest.file("passthru.hashes"), folder.resolve("hashes"));
    }

    @Test
    @Order(4)
    void aCardTakenOutIsMissedAndServesAgainWhenItIsPutIn() {
        tellPassedThrough("card-out");
        consumer.awaitState(State.DEGRADED);
        assertFalse(slots().contains("fffe" + PASSED_THROUGH));
        tellPassedThrough("card-in");
        consumer.awaitState(State.OK);
        awaitBlocksOf(guest.file("passthru.hashes"), folder.resolve("hashes"));
    }

    @Test
    @Order(5)
    void theHostsCardTakenOutIsMissedAndServesAgainWhenItIsPutIn() {
        hardware.cardOut();
        consumer.awaitState(State.DEGRADED);
        hardware.cardIn();
        consumer.awaitState(State.OK);
        awaitBlocksOf(guest.file("passthru.hashes"), folder.resolve("hashes"));
    }

    @Test
    @Order(6)
    void theHostsPcscdMayBeStartedAnew() throws Exception {
        pcscd.kill();
        consumer.awaitState(State.DEGRADED);
        pcscd.start();
        consumer.awaitState(State.OK);
        awaitBlocksOf(guest.file("passthru.hashes"), folder.resolve("hashes"));
    }

    @Test
    @Order(7)
    void aCardTakenOutInTheMiddleOfACommandComesBackToo() {
        tellPassedThrough("fault tear x1");
        consumer.takeFor(Duration.ofSeconds(1));
        consumer.awaitState(State.DEGRADED);
        tellPassedThrough("card-in");
        consumer.awaitState(State.OK);
        awaitBlocksOf(guest.file("passthru.hashes"), folder.resolve("hashes"));
    }
}
