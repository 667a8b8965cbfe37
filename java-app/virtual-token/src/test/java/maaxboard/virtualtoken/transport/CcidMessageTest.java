// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class CcidMessageTest {
    private static final byte[] XFR_BLOCK = HexFormat.of().parseHex("6f050000000007000000" + "0084000020");

    @Test
    void aBulkMessageIsReadAndWritten() {
        CcidMessage message = CcidMessage.parse(XFR_BLOCK);
        assertEquals(CcidMessage.XFR_BLOCK, message.type());
        assertEquals(7, message.sequence());
        assertArrayEquals(HexFormat.of().parseHex("0084000020"), message.data());
        assertArrayEquals(XFR_BLOCK, message.encode());
    }

    @Test
    void anAnswerRepeatsSlotAndSequence() {
        CcidMessage answer = CcidMessage.parse(XFR_BLOCK)
                .answer(CcidMessage.DATA_BLOCK, 0x42, 0xfe, 0, new byte[] {1});
        assertEquals("8001000000000742fe0001", HexFormat.of().formatHex(answer.encode()));
    }

    @Test
    void theLengthIsKnownOnceTheHeaderIsThere() {
        assertEquals(-1, CcidMessage.wholeLength(XFR_BLOCK, 9));
        assertEquals(15, CcidMessage.wholeLength(XFR_BLOCK, 10));
        byte[] huge = HexFormat.of().parseHex("6fffffffff0007000000");
        assertEquals(10 + 0xffffffffL, CcidMessage.wholeLength(huge, 10));
        assertThrows(IllegalArgumentException.class, () -> CcidMessage.parse(huge));
    }
}
