// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/**
 * What is claimed of a token and how strictly it is held to it.
 *
 * @param minEntropy        claimed min-entropy, bits a byte, 0.1 to 8
 * @param intermittentAlpha false-alarm probability of the tier that drops a unit
 * @param permanentAlpha    false-alarm probability of the tier that quarantines; smaller than the other
 * @param fips140           also hold every 20,000 bits to the FIPS 140-2 tests; a unit then is 2,560 bytes
 * @param minAnswerNanos    an answer faster than this is implausible, nanoseconds; 0 turns the rule off
 */
public record HealthPolicy(double minEntropy, double intermittentAlpha, double permanentAlpha, boolean fips140,
        long minAnswerNanos) {
    /** 6 bits a byte, 2^-30 and 2^-60, no FIPS 140-2 tests, no least answer time. */
    public static final HealthPolicy DEFAULT = new HealthPolicy(6, 0x1p-30, 0x1p-60, false, 0);

    /** @throws IllegalArgumentException for values out of range; the message is one line for the user */
    public HealthPolicy {
        CutOffs.check(intermittentAlpha, minEntropy);
        CutOffs.check(permanentAlpha, minEntropy);
        if (permanentAlpha >= intermittentAlpha) {
            throw new IllegalArgumentException("the permanent tier's alpha (" + permanentAlpha
                    + ") must be smaller than the intermittent tier's (" + intermittentAlpha + ")");
        }
        if (minAnswerNanos < 0) {
            throw new IllegalArgumentException("the least time of an answer cannot be negative: " + minAnswerNanos + " ns");
        }
    }

    public HealthPolicy withMinEntropy(double bits) {
        return new HealthPolicy(bits, intermittentAlpha, permanentAlpha, fips140, minAnswerNanos);
    }

    /** Bytes that are tested, dropped or published together: one window, or five where FIPS 140-2 needs 2,500 bytes. */
    public int unitBytes() {
        return fips140 ? 5 * CutOffs.WINDOW : CutOffs.WINDOW;
    }

    /** Cut-offs of the tier that drops a unit. */
    public CutOffs intermittent() {
        return CutOffs.of(intermittentAlpha, minEntropy);
    }

    /** Cut-offs of the tier that quarantines. */
    public CutOffs permanent() {
        return CutOffs.of(permanentAlpha, minEntropy);
    }
}
