// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.util.Arrays;
import java.util.List;

/**
 * The health of one token: judges its bytes unit by unit and remembers what they showed.
 *
 * <p>A token begins in {@link State#STARTUP}: 1,024 samples (SP 800-90B section 4.3) are tested and dropped before the
 * first is published. A unit that fails the intermittent tier is dropped; two in a row, or 5 of the last 100, raise the
 * alarm, and so does one repeated piece or one implausible unit. The permanent tier quarantines at once, and so do bytes
 * that another token has given: both tokens. While the alarm's long test runs nothing is published, and any further alarm
 * quarantines. Dropped samples stay in the history; only a start-up test resets it, and it never resets the memory of
 * pieces.
 *
 * <p>{@link #judge} and the long test's outcome belong to the thread that reads the token. {@link #requestStartUp} and
 * {@link #status} may be called from any thread.
 */
public final class TokenHealth {
    /** Samples of the start-up test. */
    public static final int STARTUP_SAMPLES = 1024;

    /**
     * What waits at a unit's end for the next unit to pass, in bytes. A fault of structure shows within less, so that one
     * that began earlier is found in its own unit. Half a unit and no more, so that the first half goes on at once.
     */
    private static final int HELD_BACK = 256;

    private static final int WATCHED_UNITS = 100;
    private static final int FAILED_OF_WATCHED = 5;
    private static final int FAILED_IN_A_ROW = 2;

    /** Where a token stands. */
    public enum State { STARTUP, SERVING, ALARMED, QUARANTINED }

    /**
     * What has happened so far.
     *
     * @param state     where the token stands
     * @param reason    why it is alarmed or quarantined, or why a unit was last dropped; null if there was nothing
     * @param published units let out
     * @param dropped   units dropped because they failed a test
     * @param startUps  start-up tests passed
     * @param alarms    alarms raised
     */
    public record Status(State state, Reason reason, long published, long dropped, long startUps, long alarms) {
    }

    private final HealthPolicy policy;
    private final CutOffs intermittent;
    private final CutOffs permanent;
    private final RepetitionCountTest repetition = new RepetitionCountTest();
    private final Plausibility plausibility;
    private final PieceMemory memory;
    /** Which of the last units failed, in a ring. */
    private final boolean[] watched = new boolean[WATCHED_UNITS];
    private int watching;

    private State state = State.STARTUP;
    private Reason reason;
    private int startUpSamples;
    private int failedInARow;
    private long published;
    private long dropped;
    private long startUps;
    private long alarms;
    private volatile boolean startUpRequested;
    private volatile Status status;
    /** Set by the thread that found this token's bytes in another token. */
    private volatile boolean alike;

    /** A token on its own, compared with no other. */
    public TokenHealth(HealthPolicy policy) {
        this(policy, new PieceMemory());
    }

    /** @param memory the one memory of all tokens, by which a piece that two of them give is found */
    public TokenHealth(HealthPolicy policy, PieceMemory memory) {
        this.policy = policy;
        this.memory = memory;
        this.plausibility = new Plausibility(policy.minEntropy());
        this.intermittent = policy.intermittent();
        this.permanent = policy.permanent();
        remember();
    }

    /** Another token on its own, held to the same limits: to compute them takes longer than to judge a unit. */
    TokenHealth(TokenHealth other) {
        this.policy = other.policy;
        this.memory = new PieceMemory();
        this.plausibility = new Plausibility(other.plausibility);
        this.intermittent = other.intermittent;
        this.permanent = other.permanent;
        remember();
    }

    /** Judges the next unit where nothing is known of the answers it came in. */
    public Verdict judge(byte[] unit) {
        return judge(unit, List.of());
    }

    /**
     * Judges the next unit.
     *
     * @param unit    {@link HealthPolicy#unitBytes} bytes, in the order the token gave them; not changed, not kept
     * @param answers the answers that begin in the unit, in order; the last may go on in the units after it
     */
    public Verdict judge(byte[] unit, List<Answer> answers) {
        if (unit.length != policy.unitBytes()) {
            throw new IllegalArgumentException("a unit is " + policy.unitBytes() + " bytes, not " + unit.length);
        }
        Verdict verdict = verdict(unit, answers);
        remember();
        return verdict;
    }

    /**
     * How many of the bytes judged last may not be published before the next unit has passed: a fault may have begun in
     * them that shows only then, such as the first of several answers alike.
     */
    public int heldBack() {
        return Math.max(HELD_BACK, plausibility.answersAlike());
    }

    /** A new start-up test before the next byte is published: after every reopening, and when the user or consumer asks. */
    public void requestStartUp() {
        startUpRequested = true;
    }

    /** Quarantined at once, for a reason found elsewhere: the module refuses the answer, or it was so before a restart. */
    public void quarantined(Reason why) {
        quarantine(why);
        remember();
    }

    /** The long test after an alarm was passed: the start-up test is next, then the token serves again. */
    public void longTestPassed() {
        if (state == State.ALARMED) {
            beginStartUp();
            remember();
        }
    }

    /** The long test after an alarm was failed or did not finish in time. */
    public void longTestFailed() {
        if (state == State.ALARMED) {
            quarantine(Reason.ASSESSMENT);
            remember();
        }
    }

    /** What has happened so far. A token another was found alike with is quarantined from that moment on. */
    public Status status() {
        Status now = status;
        return alike && now.state() != State.QUARANTINED ? new Status(State.QUARANTINED, Reason.ALIKE, now.published(),
                now.dropped(), now.startUps(), now.alarms()) : now;
    }

    private Verdict verdict(byte[] unit, List<Answer> answers) {
        if (alike && state != State.QUARANTINED) {
            return quarantine(Reason.ALIKE);
        }
        if (state == State.QUARANTINED) {
            return new Verdict.Quarantine(reason);
        }
        if (startUpRequested) {
            startUpRequested = false;
            if (state != State.ALARMED) {
                beginStartUp();
            }
        }
        Finding finding = examine(unit, answers);
        watch(finding.severity() != Severity.NONE);
        return switch (finding.severity()) {
            case NONE -> passed(unit.length);
            case INTERMITTENT -> failed(finding.reason());
            case FAULT -> alarm(finding.reason());
            case PERMANENT -> quarantine(finding.reason());
        };
    }

    private Verdict passed(int samples) {
        return switch (state) {
            case STARTUP -> {
                startUpSamples += samples;
                if (startUpSamples >= STARTUP_SAMPLES) {
                    state = State.SERVING;
                    reason = null;
                    startUps++;
                }
                yield new Verdict.Drop(Reason.STARTING);
            }
            case SERVING -> {
                published++;
                yield new Verdict.Publish();
            }
            case ALARMED, QUARANTINED -> new Verdict.Drop(reason);
        };
    }

    private Verdict failed(Reason why) {
        if (failedInARow >= FAILED_IN_A_ROW || failedOfWatched() >= FAILED_OF_WATCHED) {
            return alarm(why);
        }
        dropped++;
        startUpSamples = 0;
        if (state != State.ALARMED) {
            reason = why;
        }
        return new Verdict.Drop(why);
    }

    private Verdict alarm(Reason why) {
        if (state == State.ALARMED) {
            return quarantine(why);
        }
        dropped++;
        alarms++;
        state = State.ALARMED;
        reason = why;
        clearWatch();
        return new Verdict.Alarm(why);
    }

    private Verdict quarantine(Reason why) {
        dropped++;
        state = State.QUARANTINED;
        reason = why;
        return new Verdict.Quarantine(why);
    }

    private void beginStartUp() {
        state = State.STARTUP;
        startUpSamples = 0;
        repetition.reset();
        plausibility.reset();
        clearWatch();
    }

    private void watch(boolean failure) {
        failedInARow = failure ? failedInARow + 1 : 0;
        watched[watching] = failure;
        watching = (watching + 1) % WATCHED_UNITS;
    }

    private void clearWatch() {
        Arrays.fill(watched, false);
        failedInARow = 0;
    }

    private int failedOfWatched() {
        int failed = 0;
        for (boolean failure : watched) {
            failed += failure ? 1 : 0;
        }
        return failed;
    }

    private void remember() {
        status = new Status(state, reason, published, dropped, startUps, alarms);
    }

    private enum Severity { NONE, INTERMITTENT, FAULT, PERMANENT }

    private record Finding(Severity severity, Reason reason) {
        static final Finding NONE = new Finding(Severity.NONE, null);
    }

    private Finding examine(byte[] unit, List<Answer> answers) {
        long[] words = UnitWords.of(unit);
        TokenHealth earlier = memory.firstGivenBy(this, words);
        boolean implausible = plausibility.refutes(unit, words, answers);
        int run = repetition.feed(unit, words);
        int proportion = 0;
        for (int from = 0; from < words.length; from += CutOffs.WINDOW / Long.BYTES) {
            proportion = Math.max(proportion, AdaptiveProportionTest.count(words, from));
        }
        Arrays.fill(words, 0);
        if (run >= permanent.repetition()) {
            return new Finding(Severity.PERMANENT, Reason.REPETITION_COUNT);
        }
        if (proportion >= permanent.proportion()) {
            return new Finding(Severity.PERMANENT, Reason.ADAPTIVE_PROPORTION);
        }
        if (earlier != null && earlier != this) {
            earlier.alike = true;
            return new Finding(Severity.PERMANENT, Reason.ALIKE);
        }
        if (earlier == this) {
            return new Finding(Severity.FAULT, Reason.REPEATED);
        }
        if (implausible) {
            return new Finding(Severity.FAULT, Reason.IMPLAUSIBLE);
        }
        if (run >= intermittent.repetition()) {
            return new Finding(Severity.INTERMITTENT, Reason.REPETITION_COUNT);
        }
        if (proportion >= intermittent.proportion()) {
            return new Finding(Severity.INTERMITTENT, Reason.ADAPTIVE_PROPORTION);
        }
        if (anySuspect(answers) || policy.fips140() && !Fips140.passes(unit)) {
            return new Finding(Severity.INTERMITTENT, Reason.IMPLAUSIBLE);
        }
        return Finding.NONE;
    }

    /** Never true of a good token: fewer bytes than asked for, or sooner than the user says it can. */
    private boolean anySuspect(List<Answer> answers) {
        for (int i = 0; i < answers.size(); i++) {
            var answer = answers.get(i);
            if (answer.got() < answer.asked() || answer.nanos() < policy.minAnswerNanos()) {
                return true;
            }
        }
        return false;
    }
}
