// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import java.util.Locale;

/** Why the producer is in its state; the ordinal is the field's value (docs/region.md, header page). */
public enum Reason {
    NONE,
    STARTING,
    NO_MODULE,
    NO_TOKEN,
    TOKEN_REMOVED,
    PCSCD_GONE,
    RCT,
    APT,
    REPEATED_DATA,
    TOKENS_ALIKE,
    IMPLAUSIBLE_ANSWER,
    ASSESSMENT_LOW,
    FEWER_THAN_MIN_TOKENS,
    CONSUMER_BAD,
    STOPPED_BY_SIGNAL;

    private static final Reason[] VALUES = values();

    /** The reason of that number; NONE for numbers this version does not know. */
    public static Reason of(int value) {
        return value > 0 && value < VALUES.length ? VALUES[value] : NONE;
    }

    /** As people read it: lower case, words apart. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
