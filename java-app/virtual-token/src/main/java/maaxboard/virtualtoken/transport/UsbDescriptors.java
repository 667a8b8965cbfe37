// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a Nitrokey Start tells of itself over USB (USB 2.0, chapter 9; CCID 1.1, chapter 5). */
final class UsbDescriptors {
    static final int VENDOR = 0x20a0;
    static final int PRODUCT = 0x4211;
    static final int RELEASE = 0x0200;
    static final int CLASS_SMART_CARD = 0x0b;
    static final int BULK_OUT = 0x01;
    static final int BULK_IN = 0x81;
    static final int INTERRUPT_IN = 0x82;
    static final int BULK_PACKET = 64;
    static final int INTERRUPT_PACKET = 4;

    private static final int DEVICE = 1;
    private static final int CONFIGURATION = 2;
    private static final int STRING = 3;
    private static final int SHORT_APDU_LEVEL = 0x0002047a;
    private static final int EXTENDED_APDU_LEVEL = 0x0004047a;
    private static final int LONGEST_SHORT = 271;
    private static final int LONGEST_EXTENDED = 10 + 9 + 4096;

    private UsbDescriptors() {}

    /** The answer to GET_DESCRIPTOR, or nothing: the request stalls. */
    static Optional<byte[]> descriptor(int type, int index, String serial, boolean extendedLength) {
        return switch (type) {
            case DEVICE -> Optional.of(device());
            case CONFIGURATION -> Optional.of(configuration(extendedLength));
            case STRING -> string(index, serial);
            default -> Optional.empty();
        };
    }

    private static byte[] device() {
        return little(18)
                .put((byte) 18).put((byte) DEVICE).putShort((short) 0x0200)
                .put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 64)
                .putShort((short) VENDOR).putShort((short) PRODUCT).putShort((short) RELEASE)
                .put((byte) 1).put((byte) 2).put((byte) 3).put((byte) 1)
                .array();
    }

    private static byte[] configuration(boolean extendedLength) {
        var rest = new ByteArrayOutputStream();
        rest.writeBytes(new byte[] {9, 4, 0, 0, 3, CLASS_SMART_CARD, 0, 0, 0});
        rest.writeBytes(reader(extendedLength));
        rest.writeBytes(endpoint(BULK_IN, 2, BULK_PACKET, 0));
        rest.writeBytes(endpoint(BULK_OUT, 2, BULK_PACKET, 0));
        rest.writeBytes(endpoint(INTERRUPT_IN, 3, INTERRUPT_PACKET, 255));
        // Bus-powered, 100 mA.
        return little(9 + rest.size())
                .put((byte) 9).put((byte) CONFIGURATION).putShort((short) (9 + rest.size()))
                .put((byte) 1).put((byte) 1).put((byte) 0).put((byte) 0x80).put((byte) 50)
                .put(rest.toByteArray())
                .array();
    }

    /** The class descriptor, CCID 1.1, 5.1: one slot, T=1, all done by the reader but the APDU itself. */
    private static byte[] reader(boolean extendedLength) {
        return little(54)
                .put((byte) 54).put((byte) 0x21).putShort((short) 0x0110)
                .put((byte) 0).put((byte) 1)
                .putInt(2)
                .putInt(4000).putInt(4000).put((byte) 0)
                .putInt(9600).putInt(9600).put((byte) 0)
                .putInt(254)
                .putInt(0).putInt(0)
                .putInt(extendedLength ? EXTENDED_APDU_LEVEL : SHORT_APDU_LEVEL)
                .putInt(extendedLength ? LONGEST_EXTENDED : LONGEST_SHORT)
                .put((byte) 0xff).put((byte) 0)
                .putShort((short) 0).put((byte) 0).put((byte) 1)
                .array();
    }

    private static byte[] endpoint(int address, int type, int packet, int interval) {
        return little(7)
                .put((byte) 7).put((byte) 5).put((byte) address).put((byte) type)
                .putShort((short) packet).put((byte) interval)
                .array();
    }

    private static Optional<byte[]> string(int index, String serial) {
        return switch (index) {
            case 0 -> Optional.of(new byte[] {4, STRING, 0x09, 0x04});
            case 1 -> Optional.of(text("Nitrokey"));
            case 2 -> Optional.of(text("Nitrokey Start"));
            case 3 -> Optional.of(text("FSIJ-1.2.15-" + serial));
            default -> Optional.empty();
        };
    }

    private static byte[] text(String text) {
        byte[] utf16 = text.getBytes(StandardCharsets.UTF_16LE);
        return little(2 + utf16.length).put((byte) (2 + utf16.length)).put((byte) STRING).put(utf16).array();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
