// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import maaxboard.entropy.health.Answer;
import maaxboard.entropy.health.TokenHealth.State;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.TokenInfo;
import maaxboard.entropy.region.Geometry;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.source.Loss;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From a token's bytes through the health tests to what may be published: alarms, the long test, quarantine, mixing. */
class AlarmTest {
    private static final TokenId ONE = new TokenId("maker", "model", "1");
    private static final TokenId TWO = new TokenId("maker", "model", "2");
    private static final int FEW_SAMPLES = 60_000;
    /** What waits of a unit for the next, where an answer has 256 bytes. */
    private static final int HELD = 256;

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(7);
    private Log log = Log.to(System.err, Log.Level.ERROR);
    private Region region;
    private RegionProducer producer;
    private Configuration configuration;
    private TokenBook book;
    private Outlet outlet;
    private RegionPump pump;
    private Feed feed;

    @BeforeEach
    void makeRegion() throws Exception {
        for (var file : new String[] {"data", "control"}) {
            try (var made = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
                made.setLength(file.equals("data") ? 65_536 : 4096);
            }
        }
        region = Region.open(RegionSpec.parse(folder.resolve("data") + "," + folder.resolve("control")), Region.Role.PRODUCER);
        producer = RegionProducer.start(region, new Geometry(320, 128, false), 1, System.nanoTime());
        feed(new Settings());
    }

    @AfterEach
    void closeRegion() throws Exception {
        region.close();
    }

    private void feed(Settings settings) throws Exception {
        configuration = Configuration.of(settings);
        book = new TokenBook(new Quarantine(folder, log));
        outlet = configuration.mixed() ? new MixedOutlet(book, configuration) : new EachOutlet();
        pump = new RegionPump(region, producer, book, outlet, region.newWaiter(), configuration.minTokens(), () -> { }, log);
        feed = new Feed("module", configuration, book, outlet, pump, log);
    }

    @Test
    void anAlarmedTokenServesAgainOnceTheLongTestAndAStartUpTestAreDone() throws Exception {
        alarm(ONE);
        assertEquals(Reason.RCT, book.condition(1).reason());
        assertEquals(maaxboard.entropy.region.State.FAILED, book.condition(1).state());
        runLongTest(ONE, 6);
        assertEquals(State.STARTUP, state(ONE));
        give(ONE, good());
        give(ONE, good());
        assertNull(outlet.next());
        byte[] unit = good();
        give(ONE, unit.clone());
        assertArrayEquals(Arrays.copyOf(unit, HELD), outlet.next().bytes());
    }

    @Test
    void aTokenThatFailsTheLongTestIsOutThroughReplugAndRestartUntilItIsCleared() throws Exception {
        alarm(ONE);
        runLongTest(ONE, 7.99);
        assertEquals(State.QUARANTINED, state(ONE));
        assertEquals(Reason.ASSESSMENT_LOW, book.condition(1).reason());
        feed.lost(ONE, Loss.TOKEN_REMOVED, "unplugged");
        plug(ONE);
        assertEquals(0, feed.wanted(ONE));
        feed(new Settings());
        plug(ONE);
        assertEquals(State.QUARANTINED, state(ONE), "after a restart of the service");
        book.clear(book.entry(ONE, configuration), configuration);
        serve(ONE);
        feed(new Settings());
        serve(ONE);
    }

    @Test
    void oneAlarmedTokenOfTwoDegradesAndTheOtherServesOn() {
        serve(TWO);
        alarm(ONE);
        assertEquals(new TokenBook.Condition(maaxboard.entropy.region.State.DEGRADED, Reason.RCT), book.condition(1));
        assertEquals(new TokenBook.Condition(maaxboard.entropy.region.State.FAILED, Reason.FEWER_THAN_MIN_TOKENS),
                book.condition(2));
        give(TWO, good());
        assertNotNull(outlet.next());
    }

    @Test
    void twoTokensAlikeAreBothOutAlsoAfterARestart() throws Exception {
        serve(ONE);
        serve(TWO);
        byte[] unit = good();
        give(ONE, unit.clone());
        assertNotNull(outlet.next());
        give(TWO, unit.clone());
        assertNull(outlet.next());
        assertEquals(State.QUARANTINED, state(ONE));
        assertEquals(State.QUARANTINED, state(TWO));
        feed(new Settings());
        assertEquals(State.QUARANTINED, state(ONE));
        assertEquals(State.QUARANTINED, state(TWO));
    }

    @Test
    void nothingThatFailedATestIsEverPublished() {
        serve(ONE);
        byte[] waits = {};
        for (int i = 0; i < 2000; i++) {
            boolean bad = i % 40 == 7;
            byte[] unit = bad ? withRun(good()) : good();
            byte[] copy = unit.clone();
            give(ONE, unit);
            var published = outlet.next();
            if (bad) {
                assertNull(published);
                waits = new byte[0];
            } else {
                byte[] expected = Arrays.copyOf(waits, waits.length + copy.length - HELD);
                System.arraycopy(copy, 0, expected, waits.length, copy.length - HELD);
                assertArrayEquals(expected, published.bytes());
                waits = Arrays.copyOfRange(copy, copy.length - HELD, copy.length);
            }
        }
    }

    @Test
    void theEndOfTheLastUnitIsDroppedAndCountedWhenTheTokenGoesIsTestedAnewOrTheServiceStops() {
        serve(ONE);
        give(ONE, good());
        feed.lost(ONE, Loss.TOKEN_REMOVED, "unplugged");
        plug(ONE);
        give(ONE, good());
        assertEquals(State.STARTUP, state(ONE));
        serve(ONE);
        give(ONE, good());
        pump.requestTests();
        give(ONE, good());
        assertEquals(State.STARTUP, state(ONE));
        give(ONE, good());
        for (var ready = outlet.next(); ready != null; ready = outlet.next()) {
            assertEquals(HELD, ready.bytes().length);
        }
        byte[] unit = good();
        give(ONE, unit.clone());
        assertArrayEquals(Arrays.copyOf(unit, HELD), outlet.next().bytes());
        pump.stop();
        pump.run();
        assertEquals(3 * HELD, RegionHeader.read(region).discarded());
    }

    @Test
    void aTokenIsReadInLargerAnswersAndMoreWaitsThen() {
        serve(ONE);
        byte[] first = good();
        feed.read(ONE, first.clone(), List.of(new Answer(512, 512, 1)));
        assertNull(outlet.next());
        feed.read(ONE, good(), List.of(new Answer(512, 512, 1)));
        assertArrayEquals(first, outlet.next().bytes());
    }

    @Test
    void mixedBytesComeOnlyWhileEnoughTokensServe() throws Exception {
        feed(new Settings().flag(Key.SOURCE, "mixed").flag(Key.MIN_TOKENS, "2"));
        serve(ONE);
        feed.wanted(ONE);
        give(ONE, good());
        assertNull(outlet.next(), "one token is too few");
        serve(TWO);
        assertTrue(feed.wanted(TWO) > 0);
        give(TWO, good());
        give(ONE, good());
        var mixed = outlet.next();
        assertEquals(0xffffffff, mixed.source());
        assertNull(mixed.entry());
        assertEquals(0, mixed.bytes().length % 64);
        give(TWO, good());
        give(ONE, withRun(good()));
        give(ONE, withRun(good()));
        assertEquals(State.ALARMED, state(ONE));
        assertNull(outlet.next(), "what waited of the alarmed token is dropped");
    }

    /** One that goes on from its first byte to its last, as a device that breaks does. */
    private interface Fault {
        byte at(int index);
    }

    /** Those of which not a byte may come; what they are called. */
    static Stream<Arguments> structuralFaults() {
        var noise = new byte[1 << 14];
        new SplittableRandom(11).nextBytes(noise);
        return Stream.of(
                fault("all bytes 00", i -> (byte) 0),
                fault("all bytes FF", i -> (byte) 0xff),
                fault("one byte, again and again", i -> (byte) 0x5a),
                fault("the same 32 bytes", i -> noise[i % 32]),
                fault("the same 64 bytes", i -> noise[i % 64]),
                fault("the same 256 bytes", i -> noise[i % 256]),
                fault("8-bit counter", i -> (byte) i),
                fault("16-bit counter, big-endian", i -> counted(i, 2, true)),
                fault("32-bit counter, big-endian", i -> counted(i, 4, true)),
                fault("32-bit counter, little-endian", i -> counted(i, 4, false)),
                fault("64-bit counter, big-endian", i -> counted(i, 8, true)),
                fault("64-bit counter, little-endian", i -> counted(i, 8, false)),
                fault("text", i -> (byte) "The quick brown fox jumps over the lazy dog. ".charAt(i % 45)),
                fault("tag and length before each 32 bytes", i -> i % 32 < 2 ? (byte) (0x7c - i % 32 * 94) : noise[i]),
                fault("tag and length before each 256 bytes", i -> i % 256 < 2 ? (byte) (0x82 + i % 256 * 124) : noise[i]),
                fault("tag and length before each 2560 bytes", i -> i % 2560 < 2 ? (byte) (0x82 + i % 2560 * 124) : noise[i]));
    }

    private static Arguments fault(String name, Fault fault) {
        return Arguments.of(name, fault);
    }

    private static byte counted(int index, int width, boolean bigEndian) {
        int place = index % width;
        return (byte) (0x123456789abL + index / width >> 8 * (bigEndian ? width - 1 - place : place));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("structuralFaults")
    void notAByteOfAStructuralFaultIsPublishedWhereverInAnAnswerItBegins(String name, Fault fault) throws Exception {
        log = Log.to(new PrintStream(OutputStream.nullOutputStream()), Log.Level.ERROR);
        int whole = name.contains("before each") ? Integer.parseInt(name.replaceAll("\\D", "")) : 32; // so long are answers that are alike
        for (int answer : new int[] {32, 256, 2560}) {
            if (whole == 32 || whole == answer) {
                notAByteIsPublished(name, fault, whole == answer ? answer : Math.max(32, answer / 8), answer);
            }
        }
    }

    /** Reads of one unit, or of one answer if that is longer. */
    private void notAByteIsPublished(String name, Fault fault, int step, int answer) throws Exception {
        int read = Math.max(512, answer);
        int first = Math.max(4 * 512, read); // where an answer begins
        for (int begins = 0; begins < read; begins += step) {
            feed(new Settings());
            book.clear(book.entry(ONE, configuration), configuration);
            serve(ONE);
            var good = new ByteArrayOutputStream();
            var published = new ByteArrayOutputStream();
            for (int from = 0; from < first + 4 * read && state(ONE) == State.SERVING; from += read) {
                byte[] bytes = new byte[read];
                random.nextBytes(bytes);
                for (int i = 0; i < bytes.length; i++) {
                    int bad = from + i - first - begins;
                    if (bad >= 0) {
                        bytes[i] = fault.at(bad);
                    } else {
                        good.write(bytes[i]);
                    }
                }
                give(ONE, bytes, answer);
                for (var ready = outlet.next(); ready != null; ready = outlet.next()) {
                    published.write(ready.bytes());
                }
            }
            String what = name + " from byte " + begins + " of a read on, in answers of " + answer + " bytes";
            assertNotEquals(State.SERVING, state(ONE), what);
            assertTrue(published.size() <= good.size(),
                    what + ": " + (published.size() - good.size()) + " of its bytes were published");
            assertArrayEquals(Arrays.copyOf(good.toByteArray(), published.size()), published.toByteArray(), what);
            assertTrue(good.size() - published.size() <= Math.max(1024, 512 + answer), what + ": much is missing of what came before");
        }
    }

    private void plug(TokenId token) {
        feed.opened(token, 1, new TokenInfo("label", token.manufacturer(), token.model(), token.serial(), 1, 0, 0, null, null));
    }

    private void serve(TokenId token) {
        if (!book.entry(token, configuration).open()) {
            plug(token);
        }
        while (state(token) != State.SERVING) {
            give(token, good());
        }
    }

    private void alarm(TokenId token) {
        serve(token);
        give(token, withRun(good()));
        give(token, withRun(good()));
        assertEquals(State.ALARMED, state(token));
        assertNull(outlet.next());
    }

    /** With few samples, so that it takes seconds. */
    private void runLongTest(TokenId token, double claimed) throws InterruptedException {
        book.entry(token, configuration).longTest = new LongTest("token", claimed, 600, System.nanoTime(), log, FEW_SAMPLES);
        while (state(token) == State.ALARMED) {
            if (feed.wanted(token) > 0 && state(token) == State.ALARMED) {
                give(token, good());
            } else {
                Thread.sleep(20);
            }
            assertNull(outlet.next());
        }
    }

    private void give(TokenId token, byte[] unit) {
        give(token, unit, 256);
    }

    private void give(TokenId token, byte[] unit, int answer) {
        feed.read(token, unit, Collections.nCopies(unit.length / answer, new Answer(answer, answer, 1)));
    }

    private State state(TokenId token) {
        return book.entry(token, configuration).health.status().state();
    }

    private byte[] good() {
        byte[] unit = new byte[512];
        random.nextBytes(unit);
        return unit;
    }

    /** Six equal bytes, in the middle: the intermittent tier's cut-off at 6 bits. */
    private static byte[] withRun(byte[] unit) {
        unit[99] = 1;
        Arrays.fill(unit, 100, 106, (byte) 0xa5);
        unit[106] = 1;
        return unit;
    }
}
