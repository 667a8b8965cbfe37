// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** Why a unit was not published. The codes are those of the region's header (docs/region.md, field "reason"). */
public enum Reason {
    /** The start-up test is running: 1,024 samples are tested and not published. */
    STARTING(1, "start-up test"),
    /** Repetition count test. */
    REPETITION_COUNT(6, "repetition count test"),
    /** Adaptive proportion test. */
    ADAPTIVE_PROPORTION(7, "adaptive proportion test"),
    /** A piece of 32 bytes this token has given before. */
    REPEATED(8, "repeated data"),
    /** A piece of 32 bytes another token has given before. */
    ALIKE(9, "two tokens alike"),
    /** A counter, text, a constant head, a short or too fast answer, or a failed FIPS 140-2 block. */
    IMPLAUSIBLE(10, "implausible answer"),
    /** The long test after an alarm: assessed below the claim, or not finished in time. */
    ASSESSMENT(11, "assessment below threshold");

    private final int code;
    private final String text;

    Reason(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** The region header's reason code. */
    public int code() {
        return code;
    }

    /** A few words for status and log. */
    public String text() {
        return text;
    }
}
