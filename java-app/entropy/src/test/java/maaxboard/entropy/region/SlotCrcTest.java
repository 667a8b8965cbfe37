// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SlotCrcTest {
    private static final int FIELDS = 20;

    @Test
    void checksumIsTheJdksOfFieldsInOrderAndPayload() {
        var crc = new SlotCrc();
        var quick = new SlotCrc();
        quick.quick();
        var random = new Random(1);
        for (int length = 0; length <= 300; length++) {
            byte[] payload = new byte[length + 7];
            random.nextBytes(payload);
            int from = random.nextInt(8);
            int sequence = random.nextInt();
            int source = random.nextInt();
            long time = random.nextLong();
            var fields = ByteBuffer.allocate(FIELDS).order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(sequence).putInt(length).putInt(source).putLong(time);
            var expected = new CRC32C();
            expected.update(fields.array());
            expected.update(payload, from, length);
            assertEquals((int) expected.getValue(), crc.of(sequence, length, source, time, payload, from), "length " + length);
            assertEquals((int) expected.getValue(), quick.of(sequence, length, source, time, payload, from), "length " + length);
        }
    }
}
