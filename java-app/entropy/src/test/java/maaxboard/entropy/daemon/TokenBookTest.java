// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.SplittableRandom;
import maaxboard.entropy.health.TokenHealth;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.State;
import maaxboard.entropy.source.Loss;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tokens' health and presence make of the region's state, and what survives a restart. */
class TokenBookTest {
    private static final TokenId ONE = new TokenId("maker", "model 1", "1");
    private static final TokenId TWO = new TokenId("maker", "model 1", "2");

    @TempDir
    Path folder;

    private final Log log = Log.to(System.err, Log.Level.ERROR);
    private Configuration configuration;
    private TokenBook book;

    @BeforeEach
    void makeBook() throws Exception {
        configuration = Configuration.of(new Settings());
        book = newBook();
    }

    private TokenBook newBook() {
        return new TokenBook(new Quarantine(folder, log));
    }

    private TokenEntry serving(TokenId id) {
        var entry = book.entry(id, configuration);
        entry.loss = null;
        var random = new SplittableRandom(id.serial().hashCode());
        while (entry.health.status().state() != TokenHealth.State.SERVING) {
            var unit = new byte[512];
            random.nextBytes(unit);
            entry.health.judge(unit);
        }
        return entry;
    }

    private void assertCondition(State state, Reason reason, int minTokens) {
        assertEquals(new TokenBook.Condition(state, reason), book.condition(minTokens));
    }

    @Test
    void withoutAnyTokenTheRegionWaits() {
        assertCondition(State.WAITING, Reason.NO_TOKEN, 1);
        book.moduleTrouble("module", Loss.NO_MODULE);
        assertCondition(State.WAITING, Reason.NO_MODULE, 1);
        book.moduleWorks("module");
        assertCondition(State.WAITING, Reason.NO_TOKEN, 1);
    }

    @Test
    void aTokenThatIsTestedShowsAsStartupAndThenAsOk() {
        book.entry(ONE, configuration).loss = null;
        assertCondition(State.STARTUP, Reason.STARTING, 1);
        serving(ONE);
        assertCondition(State.OK, Reason.NONE, 1);
    }

    @Test
    void aLostTokenDegradesWhileAnotherServesAndStopsPublishingWhereTwoAreWanted() {
        serving(ONE);
        serving(TWO).loss = Loss.TOKEN_REMOVED;
        assertCondition(State.DEGRADED, Reason.TOKEN_REMOVED, 1);
        assertCondition(State.WAITING, Reason.FEWER_THAN_MIN_TOKENS, 2);
    }

    @Test
    void aQuarantinedTokenDegradesOrFailsAlsoWhileItIsUnplugged() {
        serving(ONE);
        var ill = serving(TWO);
        ill.health.judge(new byte[512]);
        assertTrue(ill.quarantined());
        assertCondition(State.DEGRADED, Reason.RCT, 1);
        assertCondition(State.FAILED, Reason.FEWER_THAN_MIN_TOKENS, 2);
        ill.loss = Loss.TOKEN_REMOVED;
        assertCondition(State.DEGRADED, Reason.RCT, 1);
        book.entry(ONE, configuration).loss = Loss.TOKEN_REMOVED;
        assertCondition(State.FAILED, Reason.RCT, 1);
    }

    @Test
    void theReasonOfALossIsTheHeadersOwn() {
        var entry = serving(ONE);
        for (var loss : Loss.values()) {
            entry.loss = loss;
            assertCondition(State.WAITING, switch (loss) {
                case NO_MODULE -> Reason.NO_MODULE;
                case NO_TOKEN, UNUSABLE -> Reason.NO_TOKEN;
                case TOKEN_REMOVED, TOKEN_ERROR -> Reason.TOKEN_REMOVED;
                case PCSCD_GONE -> Reason.PCSCD_GONE;
            }, 1);
        }
    }

    @Test
    void aTokenThatIsNotFoundAgainAfterTheConfigurationWasReadIsNotThere() {
        serving(ONE);
        serving(TWO);
        book.sourcesStopped();
        assertCondition(State.WAITING, Reason.NO_TOKEN, 1);
        book.entry(TWO, configuration).loss = null;
        assertCondition(State.DEGRADED, Reason.NO_TOKEN, 1);
    }

    @Test
    void aCallThatDoesNotReturnTakesTheModulesTokensOutOfService() {
        serving(ONE).module = "/a.so";
        serving(TWO).module = "/b.so";
        book.moduleHangs("/a.so", true);
        assertFalse(book.entry(ONE, configuration).serves());
        assertTrue(book.entry(TWO, configuration).serves());
        assertCondition(State.DEGRADED, Reason.NO_TOKEN, 1);
        book.moduleHangs("/a.so", false);
        assertCondition(State.OK, Reason.NONE, 1);
    }

    @Test
    void quarantineOutlivesTheProcessUntilItIsCleared() {
        var ill = serving(ONE);
        ill.health.judge(new byte[512]);
        book.quarantined(ill);
        book = newBook();
        assertTrue(book.entry(ONE, configuration).quarantined());
        assertFalse(book.entry(TWO, configuration).quarantined());
        assertEquals(ill.health.status().reason(), book.entry(ONE, configuration).health.status().reason());
        book.clear(book.entry(ONE, configuration), configuration);
        assertFalse(book.entry(ONE, configuration).quarantined());
        assertFalse(newBook().entry(ONE, configuration).quarantined());
    }

    @Test
    void theLongTestTakesAsManySamplesAsTheFreeMemoryAllows() {
        assertEquals(LongTest.MOST_SAMPLES, LongTest.samplesFor(1L << 30));
        assertTrue(LongTest.samplesFor(64L << 20) >= LongTest.LEAST_SAMPLES);
        assertTrue(LongTest.samplesFor(48L << 20) < LongTest.LEAST_SAMPLES);
        assertEquals(0, LongTest.samplesFor(0));
    }

    @Test
    void theLongTestPassesGoodSamplesAndFailsPoorOnes() throws Exception {
        var random = new SplittableRandom(1);
        for (boolean good : new boolean[] {true, false}) {
            var test = new LongTest("token", 6, 120, System.nanoTime(), Log.to(System.err, Log.Level.ERROR), 60_000);
            while (test.collects(System.nanoTime())) {
                var unit = new byte[512];
                random.nextBytes(unit);
                for (int i = 0; i < unit.length && !good; i++) {
                    unit[i] &= 0x1f;
                }
                test.add(unit);
            }
            while (test.outcome() == LongTest.Outcome.RUNNING) {
                Thread.sleep(10);
            }
            assertEquals(good ? LongTest.Outcome.PASSED : LongTest.Outcome.FAILED, test.outcome());
        }
    }
}
