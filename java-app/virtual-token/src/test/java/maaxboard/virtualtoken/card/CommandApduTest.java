// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandApduTest {
    @ParameterizedTest
    @CsvSource({
        "00840000, '', -1",
        "0084000020, '', 32",
        "0084000000, '', 256",
        "00200082063132333435 36, 313233343536, -1",
        "00A4040006D2760001240100, D27600012401, 256",
        "00CA006E000800, '', 2048",
        "00CA006E000000, '', 65536",
        "00DA5F50000003414243, 414243, -1",
        "00DA5F500000034142430000, 414243, 65536",
        "00DA5F500000034142430100, 414243, 256",
    })
    void readsAllShapesOfIso7816(String hex, String data, int le) throws CardException {
        CommandApdu apdu = CommandApdu.parse(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertArrayEquals(HexFormat.of().parseHex(data), apdu.data());
        assertEquals(le, apdu.le());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "008400", "0084000005AA", "00840000020102FFFF", "008400000000", "00840000000005AA", "008400000000000000"})
    void refusesLengthsThatDoNotFit(String hex) {
        byte[] raw = HexFormat.of().parseHex(hex);
        assertEquals(
                StatusWord.WRONG_LENGTH,
                assertThrows(CardException.class, () -> CommandApdu.parse(raw)).statusWord());
    }

    @Test
    void tellsAPieceOfAChain() throws CardException {
        assertTrue(CommandApdu.parse(HexFormat.of().parseHex("10DB3FFF01AA")).chained());
    }
}
