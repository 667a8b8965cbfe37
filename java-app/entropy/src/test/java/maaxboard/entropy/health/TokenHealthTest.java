// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenHealthTest {
    private static final Verdict PUBLISH = new Verdict.Publish();
    private static final Verdict STARTING = new Verdict.Drop(Reason.STARTING);

    private final Random random = new Random(1);
    private final TokenHealth health = new TokenHealth(HealthPolicy.DEFAULT);

    @Test
    void nothingIsPublishedBefore1024SamplesHavePassed() {
        assertEquals(STARTING, health.judge(good()));
        assertEquals(TokenHealth.State.STARTUP, health.status().state());
        assertEquals(STARTING, health.judge(good()));
        assertEquals(TokenHealth.State.SERVING, health.status().state());
        assertEquals(PUBLISH, health.judge(good()));
        assertEquals(1, health.status().published());
    }

    @Test
    void aRunOfTheIntermittentTierDropsTheUnitAndTheNextIsPublished() {
        serve();
        assertEquals(new Verdict.Drop(Reason.REPETITION_COUNT), health.judge(withRun(good(), 100, 6)));
        assertEquals(PUBLISH, health.judge(good()));
    }

    @Test
    void aRunOneShortOfTheCutOffIsPublished() {
        serve();
        assertEquals(PUBLISH, health.judge(withRun(good(), 100, 5)));
    }

    @Test
    void aRunThatGoesOnFromTheUnitBeforeIsOneRun() {
        serve();
        assertEquals(PUBLISH, health.judge(withRun(good(), 509, 3)));
        assertEquals(new Verdict.Drop(Reason.REPETITION_COUNT), health.judge(withRun(good(), 0, 3)));
    }

    @Test
    void aRunThatBeganInADroppedUnitStillCounts() {
        serve();
        assertEquals(new Verdict.Drop(Reason.REPETITION_COUNT), health.judge(withRun(good(), 506, 6)));
        assertInstanceOf(Verdict.Quarantine.class, health.judge(withRun(good(), 0, 5)));
    }

    @Test
    void aRunOfThePermanentTierQuarantinesAtOnceAndForGood() {
        serve();
        var verdict = new Verdict.Quarantine(Reason.REPETITION_COUNT);
        assertEquals(verdict, health.judge(withRun(good(), 100, 11)));
        assertEquals(verdict, health.judge(good()));
        health.requestStartUp();
        assertEquals(verdict, health.judge(good()));
    }

    @Test
    void theFirstSampleComingBackTooOftenDropsTheUnit() {
        serve();
        assertEquals(new Verdict.Drop(Reason.ADAPTIVE_PROPORTION), health.judge(withFirstRepeated(32)));
        assertEquals(PUBLISH, health.judge(withFirstRepeated(31)));
        assertEquals(new Verdict.Quarantine(Reason.ADAPTIVE_PROPORTION), health.judge(withFirstRepeated(80)));
    }

    @Test
    void twoFailedUnitsInARowRaiseTheAlarm() {
        serve();
        health.judge(withRun(good(), 100, 6));
        assertEquals(new Verdict.Alarm(Reason.REPETITION_COUNT), health.judge(withRun(good(), 100, 6)));
        assertEquals(TokenHealth.State.ALARMED, health.status().state());
    }

    @Test
    void fiveFailedUnitsOfAHundredRaiseTheAlarm() {
        serve();
        for (int failed = 1; failed < 5; failed++) {
            assertInstanceOf(Verdict.Drop.class, health.judge(withRun(good(), 100, 6)));
            publish(23);
        }
        assertEquals(new Verdict.Alarm(Reason.REPETITION_COUNT), health.judge(withRun(good(), 100, 6)));
    }

    @Test
    void fiveFailedUnitsSpreadOverMoreThanAHundredDoNot() {
        serve();
        for (int failed = 1; failed < 10; failed++) {
            assertInstanceOf(Verdict.Drop.class, health.judge(withRun(good(), 100, 6)));
            publish(25);
        }
    }

    @Test
    void aFailureInTheStartUpTestBeginsItAnew() {
        health.judge(good());
        assertEquals(new Verdict.Drop(Reason.REPETITION_COUNT), health.judge(withRun(good(), 100, 6)));
        assertEquals(STARTING, health.judge(good()));
        assertEquals(STARTING, health.judge(good()));
        assertEquals(PUBLISH, health.judge(good()));
    }

    @Test
    void aStartUpTestOnDemandHoldsPublishingAndForgetsTheHistory() {
        serve();
        assertEquals(PUBLISH, health.judge(withRun(good(), 509, 3)));
        health.requestStartUp();
        assertEquals(STARTING, health.judge(withRun(good(), 0, 3)));
        assertEquals(STARTING, health.judge(good()));
        assertEquals(PUBLISH, health.judge(good()));
    }

    @Test
    void anAlarmedTokenServesAgainOnlyAfterTheLongTestAndAStartUpTest() {
        alarm();
        assertEquals(new Verdict.Drop(Reason.REPETITION_COUNT), health.judge(good()));
        health.longTestPassed();
        assertEquals(STARTING, health.judge(good()));
        assertEquals(STARTING, health.judge(good()));
        assertEquals(PUBLISH, health.judge(good()));
    }

    @Test
    void aFailedLongTestQuarantines() {
        alarm();
        health.longTestFailed();
        assertEquals(new Verdict.Quarantine(Reason.ASSESSMENT), health.judge(good()));
    }

    @Test
    void anotherAlarmDuringTheLongTestQuarantines() {
        alarm();
        health.judge(withRun(good(), 100, 6));
        assertEquals(new Verdict.Quarantine(Reason.REPETITION_COUNT), health.judge(withRun(good(), 100, 6)));
    }

    @Test
    void aStartUpTestOnDemandDoesNotEndAnAlarm() {
        alarm();
        health.requestStartUp();
        for (int unit = 0; unit < 5; unit++) {
            assertEquals(new Verdict.Drop(Reason.REPETITION_COUNT), health.judge(good()));
        }
    }

    @Test
    void aUnitOfAnotherSizeIsAnErrorOfTheCaller() {
        assertThrows(IllegalArgumentException.class, () -> health.judge(new byte[511]));
    }

    private void serve() {
        health.judge(good());
        health.judge(good());
    }

    private void alarm() {
        serve();
        health.judge(withRun(good(), 100, 6));
        health.judge(withRun(good(), 100, 6));
    }

    private void publish(int units) {
        for (int unit = 0; unit < units; unit++) {
            assertEquals(PUBLISH, health.judge(good()));
        }
    }

    private byte[] good() {
        byte[] unit = new byte[CutOffs.WINDOW];
        random.nextBytes(unit);
        return unit;
    }

    /** The unit with exactly {@code length} samples of 0xa5 from {@code at} on. */
    private static byte[] withRun(byte[] unit, int at, int length) {
        for (int i = 0; i < unit.length; i++) {
            unit[i] = unit[i] == (byte) 0xa5 ? 1 : unit[i];
        }
        Arrays.fill(unit, at, at + length, (byte) 0xa5);
        return unit;
    }

    /** A unit whose first sample occurs exactly {@code times}, no two of them side by side. */
    private byte[] withFirstRepeated(int times) {
        byte[] unit = good();
        for (int i = 0; i < unit.length; i++) {
            unit[i] = unit[i] == (byte) 0xa5 ? 1 : unit[i];
        }
        for (int i = 0; i < times; i++) {
            unit[3 * i] = (byte) 0xa5;
        }
        return unit;
    }
}
