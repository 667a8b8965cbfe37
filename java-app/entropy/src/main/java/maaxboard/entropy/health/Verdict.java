// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** What becomes of one unit. Only {@link Publish} lets bytes out. */
public sealed interface Verdict {
    /** The unit passed every test; {@link TokenHealth#heldBack} says how much of its end must wait. */
    record Publish() implements Verdict {
    }

    /** The unit is thrown away and another read; the token goes on. */
    record Drop(Reason reason) implements Verdict {
    }

    /**
     * The unit is thrown away and the token stops serving: the long test is due. Its units go on to
     * {@link TokenHealth#judge} and are dropped until {@link TokenHealth#longTestPassed} or
     * {@link TokenHealth#longTestFailed}. Given once, when the alarm is raised.
     */
    record Alarm(Reason reason) implements Verdict {
    }

    /** The unit is thrown away and the token does not serve again until a reboot or {@code entropy clear}. */
    record Quarantine(Reason reason) implements Verdict {
    }
}
