// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

/** How long to wait before the next try: a first delay, doubled at each failure up to a ceiling. Nanoseconds. */
final class Backoff {
    private final long first;
    private final long ceiling;
    private long next;
    private long dueAt;
    private int failures;

    Backoff(long firstMillis, long ceilingMillis) {
        first = firstMillis * 1_000_000;
        ceiling = ceilingMillis * 1_000_000;
        next = first;
    }

    /** The try failed; the next is due after the delay. */
    void failed(long now) {
        dueAt = now + next;
        next = Math.min(ceiling, 2 * next);
        failures++;
    }

    /** The try succeeded: the next failure starts from the first delay again. */
    void succeeded() {
        next = first;
        dueAt = 0;
        failures = 0;
    }

    boolean due(long now) {
        return failures == 0 || now - dueAt >= 0;
    }

    /** Nanoseconds until the next try; 0 if it is due. */
    long left(long now) {
        return due(now) ? 0 : dueAt - now;
    }

    int failures() {
        return failures;
    }
}
