// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.util.Arrays;

/**
 * A response APDU.
 *
 * @param data the bytes before the status word
 * @param statusWord SW1 SW2
 */
public record ResponseApdu(byte[] data, int statusWord) {
    private static final byte[] NOTHING = {};

    static ResponseApdu of(byte[] data) {
        return new ResponseApdu(data, StatusWord.OK);
    }

    static ResponseApdu status(int statusWord) {
        return new ResponseApdu(NOTHING, statusWord);
    }

    static ResponseApdu ok() {
        return status(StatusWord.OK);
    }

    /**
     * Takes the bytes apart.
     *
     * @throws IllegalArgumentException if there are fewer than two
     */
    public static ResponseApdu parse(byte[] raw) {
        if (raw.length < 2) {
            throw new IllegalArgumentException("a response APDU has at least 2 bytes, not " + raw.length);
        }
        int sw = (raw[raw.length - 2] & 0xff) << 8 | raw[raw.length - 1] & 0xff;
        return new ResponseApdu(Arrays.copyOf(raw, raw.length - 2), sw);
    }

    /** The bytes on the wire. */
    public byte[] encode() {
        byte[] raw = Arrays.copyOf(data, data.length + 2);
        raw[data.length] = (byte) (statusWord >> 8);
        raw[data.length + 1] = (byte) statusWord;
        return raw;
    }
}
