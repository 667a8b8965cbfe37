// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A bulk message of the USB class for card readers (CCID 1.1, chapter 6): ten bytes of header, then data.
 *
 * @param type bMessageType
 * @param slot bSlot
 * @param sequence bSeq; an answer repeats the command's
 * @param parameters bytes 7 to 9, whose meaning depends on the type; in answers bStatus, bError and one more
 * @param data the bytes after the header
 */
record CcidMessage(int type, int slot, int sequence, byte[] parameters, byte[] data) {
    static final int HEADER = 10;

    static final int SET_PARAMETERS = 0x61;
    static final int POWER_ON = 0x62;
    static final int POWER_OFF = 0x63;
    static final int GET_SLOT_STATUS = 0x65;
    static final int GET_PARAMETERS = 0x6c;
    static final int RESET_PARAMETERS = 0x6d;
    static final int XFR_BLOCK = 0x6f;
    static final int DATA_BLOCK = 0x80;
    static final int SLOT_STATUS = 0x81;
    static final int PARAMETERS = 0x82;
    static final int NOTIFY_SLOT_CHANGE = 0x50;

    static final int ICC_ACTIVE = 0;
    static final int ICC_INACTIVE = 1;
    static final int ICC_ABSENT = 2;
    static final int FAILED = 0x40;
    static final int TIME_EXTENSION = 0x80;
    static final int ERROR_ICC_MUTE = 0xfe;

    /** The length of the whole message that starts at the beginning of these bytes, or -1 if the header is not all there. */
    static long wholeLength(byte[] bytes, int available) {
        if (available < HEADER) {
            return -1;
        }
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(1);
        return HEADER + Integer.toUnsignedLong(length);
    }

    /** One whole message. */
    static CcidMessage parse(byte[] bytes) {
        if (bytes.length < HEADER || wholeLength(bytes, bytes.length) != bytes.length) {
            throw new IllegalArgumentException("a CCID message of " + bytes.length + " bytes says another length");
        }
        return new CcidMessage(
                bytes[0] & 0xff,
                bytes[5] & 0xff,
                bytes[6] & 0xff,
                Arrays.copyOfRange(bytes, 7, HEADER),
                Arrays.copyOfRange(bytes, HEADER, bytes.length));
    }

    byte[] encode() {
        return ByteBuffer.allocate(HEADER + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) type)
                .putInt(data.length)
                .put((byte) slot)
                .put((byte) sequence)
                .put(parameters)
                .put(data)
                .array();
    }

    /** The answer to this command. */
    CcidMessage answer(int answerType, int status, int error, int third, byte[] answerData) {
        byte[] answerParameters = {(byte) status, (byte) error, (byte) third};
        return new CcidMessage(answerType, slot, sequence, answerParameters, answerData);
    }
}
