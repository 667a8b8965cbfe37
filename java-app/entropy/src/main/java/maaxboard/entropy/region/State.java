// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

/** The producer's state as the header shows it; the ordinal is the field's value (docs/region.md, header page). */
public enum State {
    /** No producer has been here. */
    NONE,
    /** Start-up tests run, nothing is published. */
    STARTUP,
    /** All is well. */
    OK,
    /** A token is lost or quarantined; others serve. */
    DEGRADED,
    /** A health test says no; nothing is published. */
    FAILED,
    /** No usable token; no fault of the bytes. */
    WAITING,
    /** The producer has ended in good order. */
    STOPPED;

    private static final State[] VALUES = values();

    /** The state of that number; NONE for numbers this version does not know. */
    public static State of(int value) {
        return value > 0 && value < VALUES.length ? VALUES[value] : NONE;
    }
}
