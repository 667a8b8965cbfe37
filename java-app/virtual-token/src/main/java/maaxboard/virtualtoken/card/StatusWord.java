// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

/** Status words (ISO/IEC 7816-4, 5.6; OpenPGP card 3.4, 7.1). */
public final class StatusWord {
    /** Success. */
    public static final int OK = 0x9000;
    /** More of the answer waits; the low byte says how much (0: 256 or more). */
    public static final int BYTES_REMAINING = 0x6100;
    /** Verification failed; the low digit is the number of tries left. */
    public static final int TRIES_LEFT = 0x63c0;
    /** The application has been terminated. */
    public static final int TERMINATED = 0x6285;
    /** Lc or Le does not fit. */
    public static final int WRONG_LENGTH = 0x6700;
    /** The PIN needed has not been verified, or was wrong. */
    public static final int SECURITY_STATUS = 0x6982;
    /** No tries are left. */
    public static final int BLOCKED = 0x6983;
    /** The state of the card forbids it. */
    public static final int CONDITIONS = 0x6985;
    /** The command's data is wrong. */
    public static final int WRONG_DATA = 0x6a80;
    /** No such application. */
    public static final int NOT_FOUND = 0x6a82;
    /** P1 or P2 is wrong. */
    public static final int WRONG_P1P2 = 0x6a86;
    /** No such data object or key. */
    public static final int NO_REFERENCE = 0x6a88;
    /** No such instruction. */
    public static final int NO_INSTRUCTION = 0x6d00;
    /** No such class. */
    public static final int NO_CLASS = 0x6e00;
    /** An error of the card itself. */
    public static final int UNKNOWN = 0x6f00;

    private StatusWord() {}
}
