// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import java.util.zip.CRC32C;

/**
 * The checksum of a slot: CRC-32C (RFC 3720, section 12.1) over sequence, length, source, time and payload, numbers in
 * little-endian order. The JDK's class, which uses the processor's own instruction, would take longer to initialise than all
 * else that a start does with the region: it is used from {@link #quick} on. For one thread.
 */
final class SlotCrc {
    /** 0x1edc6f41, its bits reversed. */
    private static final int POLYNOMIAL = 0x82f63b78;
    // Filled by a method: while a class is being initialised, its static fields are looked up anew at each use.
    private static final int[] REMAINDERS = remainders();

    private static final int FIELDS = 20;

    /** Null until {@link #quick}. */
    private CRC32C sum;
    private byte[] fields;

    /** What comes from now on is worth the wait. */
    void quick() {
        sum = new CRC32C();
        fields = new byte[FIELDS];
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
    int of(int sequence, int length, int source, long time, byte[] payload, int from) {
        if (sum != null) {
            put(0, sequence);
            put(4, length);
            put(8, source);
            put(12, (int) time);
            put(16, (int) (time >>> Integer.SIZE));
            sum.reset();
            sum.update(fields, 0, FIELDS);
            sum.update(payload, from, length);
            return (int) sum.getValue();
        }
        int crc = word(word(word(~0, sequence), length), source);
        crc = word(word(crc, (int) time), (int) (time >>> Integer.SIZE));
        for (int i = from; i < from + length; i++) {
            crc = crc >>> Byte.SIZE ^ REMAINDERS[(crc ^ payload[i]) & 0xff];
        }
        return ~crc;
    }

    private void put(int at, int field) {
        fields[at] = (byte) field;
        fields[at + 1] = (byte) (field >>> 8);
        fields[at + 2] = (byte) (field >>> 16);
        fields[at + 3] = (byte) (field >>> 24);
    }

    private static int word(int crc, int word) {
        int rest = crc ^ word;
        for (int i = 0; i < Integer.BYTES; i++) {
            rest = rest >>> Byte.SIZE ^ REMAINDERS[rest & 0xff];
        }
        return rest;
    }
}
