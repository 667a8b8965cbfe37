// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

/**
 * The checksum of a slot: CRC-32C (RFC 3720, section 12.1) over sequence, length, source, time and payload, numbers in
 * little-endian order. The JDK's class would take longer to initialise than all else that a start does with the region.
 */
final class SlotCrc {
    /** 0x1edc6f41, its bits reversed. */
    private static final int POLYNOMIAL = 0x82f63b78;
    // Filled by a method: while a class is being initialised, its static fields are looked up anew at each use.
    private static final int[] REMAINDERS = remainders();

    private SlotCrc() {
    }

    private static int[] remainders() {
        var remainders = new int[256];
        for (int i = 0; i < remainders.length; i++) {
            int remainder = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                remainder = remainder >>> 1 ^ ((remainder & 1) == 0 ? 0 : POLYNOMIAL);
            }
            remainders[i] = remainder;
        }
        return remainders;
    }

    /** @param length bytes of payload, those from {@code from} on */
    static int of(int sequence, int length, int source, long time, byte[] payload, int from) {
        int crc = word(word(word(~0, sequence), length), source);
        crc = word(word(crc, (int) time), (int) (time >>> Integer.SIZE));
        for (int i = from; i < from + length; i++) {
            crc = crc >>> Byte.SIZE ^ REMAINDERS[(crc ^ payload[i]) & 0xff];
        }
        return ~crc;
    }

    private static int word(int crc, int word) {
        int rest = crc ^ word;
        for (int i = 0; i < Integer.BYTES; i++) {
            rest = rest >>> Byte.SIZE ^ REMAINDERS[rest & 0xff];
        }
        return rest;
    }
}
