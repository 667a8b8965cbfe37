// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/**
 * One answer of a token, as the caller saw it. A unit consists of one or more, in order, or an answer of several units.
 *
 * @param asked bytes asked for
 * @param got   bytes that came
 * @param nanos time from question to answer, nanoseconds
 */
public record Answer(int asked, int got, long nanos) {
    public Answer {
        if (asked <= 0 || got < 0 || nanos < 0) {
            throw new IllegalArgumentException("no such answer: asked " + asked + ", got " + got + ", " + nanos + " ns");
        }
    }
}
