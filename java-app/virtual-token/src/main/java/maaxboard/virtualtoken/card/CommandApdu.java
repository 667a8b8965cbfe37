// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.util.Arrays;

/**
 * A command APDU (ISO/IEC 7816-4, 5.1), short or extended.
 *
 * @param cla class byte
 * @param ins instruction byte
 * @param p1 first parameter
 * @param p2 second parameter
 * @param data the command data, empty if there is none
 * @param le bytes expected at most, 1 to 65536, or {@link #NO_LE}
 */
public record CommandApdu(int cla, int ins, int p1, int p2, byte[] data, int le) {
    /** No Le field: the command asks for no data. */
    public static final int NO_LE = -1;

    private static final int CHAINING_BIT = 0x10;
    private static final int HEADER = 4;

    /**
     * Takes the bytes apart.
     *
     * @throws CardException with status 6700 if the lengths do not fit together
     */
    public static CommandApdu parse(byte[] raw) throws CardException {
        if (raw.length < HEADER) {
            throw new CardException(StatusWord.WRONG_LENGTH);
        }
        int body = raw.length - HEADER;
        byte[] data = {};
        int le = NO_LE;
        if (body == 1) {
            le = shortLe(raw[HEADER]);
        } else if (body > 1) {
            int lc = raw[HEADER] & 0xff;
            if (lc != 0) {
                int end = HEADER + 1 + lc;
                if (raw.length == end + 1) {
                    le = shortLe(raw[end]);
                } else if (raw.length != end) {
                    throw new CardException(StatusWord.WRONG_LENGTH);
                }
                data = Arrays.copyOfRange(raw, HEADER + 1, end);
            } else if (body == 3) {
                le = extendedLe(raw, HEADER + 1);
            } else if (body > 3) {
                int extendedLc = unsigned16(raw, HEADER + 1);
                int end = HEADER + 3 + extendedLc;
                if (extendedLc == 0 || raw.length != end && raw.length != end + 2) {
                    throw new CardException(StatusWord.WRONG_LENGTH);
                }
                if (raw.length == end + 2) {
                    le = extendedLe(raw, end);
                }
                data = Arrays.copyOfRange(raw, HEADER + 3, end);
            } else {
                throw new CardException(StatusWord.WRONG_LENGTH);
            }
        }
        return new CommandApdu(raw[0] & 0xff, raw[1] & 0xff, raw[2] & 0xff, raw[3] & 0xff, data, le);
    }

    /** Whether more of the same command follows (command chaining). */
    public boolean chained() {
        return (cla & CHAINING_BIT) != 0;
    }

    /** P1 and P2 as one number. */
    public int p1p2() {
        return p1 << 8 | p2;
    }

    /** The same command with other data: what a chain is joined to. */
    CommandApdu withData(byte[] joined) {
        return new CommandApdu(cla & ~CHAINING_BIT, ins, p1, p2, joined, le);
    }

    private static int shortLe(byte value) {
        int le = value & 0xff;
        return le == 0 ? 256 : le;
    }

    private static int extendedLe(byte[] raw, int at) {
        int le = unsigned16(raw, at);
        return le == 0 ? 65536 : le;
    }

    private static int unsigned16(byte[] raw, int at) {
        return (raw[at] & 0xff) << 8 | raw[at + 1] & 0xff;
    }
}
