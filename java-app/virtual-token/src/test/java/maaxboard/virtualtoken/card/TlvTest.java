// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlvTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 255, 256, 4000})
    void whatIsEncodedIsReadBack(int length) throws CardException {
        byte[] value = new byte[length];
        for (int tag : new int[] {0x4f, 0x5f52, 0x7f49}) {
            List<Tlv> read = Tlv.parseAll(Tlv.encode(tag, value));
            assertEquals(1, read.size());
            assertEquals(tag, read.getFirst().tag());
            assertArrayEquals(value, read.getFirst().value());
        }
    }

    @Test
    void paddingBetweenObjectsIsLeftOut() throws CardException {
        assertEquals(2, Tlv.parseAll(HexFormat.of().parseHex("00004F01AA00005001BB00")).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4F", "4F02AA", "5F", "4F81", "4F8201", "4F83010000", "4F80"})
    void aLengthBeyondTheEndIsWrongData(String hex) {
        byte[] raw = HexFormat.of().parseHex(hex);
        assertEquals(
                StatusWord.WRONG_DATA, assertThrows(CardException.class, () -> Tlv.parseAll(raw)).statusWord());
    }
}
