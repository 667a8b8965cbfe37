// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The checksum of a slot: CRC-32C over sequence, length, source, time and payload. Belongs to one thread. */
final class SlotCrc {
    private final CRC32C crc = new CRC32C();
    private final byte[] head = new byte[20];
    private final ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);

    int of(int sequence, int length, int source, long time, byte[] payload, int from) {
        fields.clear();
        fields.putInt(sequence).putInt(length).putInt(source).putLong(time);
        crc.reset();
        crc.update(head, 0, head.length);
        crc.update(payload, from, length);
        return (int) crc.getValue();
    }
}
