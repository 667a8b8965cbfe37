// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A packet of the usbredir protocol (version 0.7): type, length, identifier, body; all little-endian.
 *
 * @param type the kind of packet
 * @param id identifier: an answer repeats the request's
 * @param body what follows the header
 */
record UsbRedirPacket(int type, long id, byte[] body) {
    static final int HELLO = 0;
    static final int DEVICE_CONNECT = 1;
    static final int DEVICE_DISCONNECT = 2;
    static final int RESET = 3;
    static final int INTERFACE_INFO = 4;
    static final int EP_INFO = 5;
    static final int SET_CONFIGURATION = 6;
    static final int GET_CONFIGURATION = 7;
    static final int CONFIGURATION_STATUS = 8;
    static final int SET_ALT_SETTING = 9;
    static final int GET_ALT_SETTING = 10;
    static final int ALT_SETTING_STATUS = 11;
    static final int START_INTERRUPT_RECEIVING = 15;
    static final int STOP_INTERRUPT_RECEIVING = 16;
    static final int INTERRUPT_RECEIVING_STATUS = 17;
    static final int CANCEL_DATA_PACKET = 21;
    static final int CONTROL = 100;
    static final int BULK = 101;
    static final int INTERRUPT = 103;

    static final int SUCCESS = 0;
    static final int CANCELLED = 1;
    static final int STALL = 4;

    static final int CAPABILITY_EP_INFO_MAX_PACKET_SIZE = 1 << 4;
    static final int CAPABILITY_64_BIT_IDS = 1 << 5;
    static final int CAPABILITY_32_BIT_BULK_LENGTH = 1 << 6;
    /** What QEMU's xHCI controller insists on. */
    static final int CAPABILITIES =
            CAPABILITY_EP_INFO_MAX_PACKET_SIZE | CAPABILITY_64_BIT_IDS | CAPABILITY_32_BIT_BULK_LENGTH;

    static final int VERSION_TEXT = 64;
    private static final int LONGEST = 1 << 20;

    /** Reads one packet; identifiers have 64 bits unless the packet is a hello. */
    static UsbRedirPacket read(Link link, boolean wideIds) throws IOException {
        ByteBuffer start = link.read(8, ByteOrder.LITTLE_ENDIAN);
        int type = start.getInt();
        int length = start.getInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("a usbredir packet of " + Integer.toUnsignedString(length) + " bytes");
        }
        boolean wide = wideIds && type != HELLO;
        ByteBuffer identifier = link.read(wide ? 8 : 4, ByteOrder.LITTLE_ENDIAN);
        long id = wide ? identifier.getLong() : Integer.toUnsignedLong(identifier.getInt());
        return new UsbRedirPacket(type, id, link.read(length, ByteOrder.LITTLE_ENDIAN).array());
    }

    ByteBuffer encode(boolean wideIds) {
        boolean wide = wideIds && type != HELLO;
        ByteBuffer out = little((wide ? 16 : 12) + body.length).putInt(type).putInt(body.length);
        if (wide) {
            out.putLong(id);
        } else {
            out.putInt((int) id);
        }
        return out.put(body).flip();
    }

    /** The body, to be read field by field. */
    ByteBuffer fields() {
        return ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
