// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.pcsc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostCardTest {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** A Gnuk's, an OpenPGP 3.4 card's; one of T=0 and T=1, one without a word about protocols, cut ones. */
    @ParameterizedTest
    @CsvSource({
        "3BDA11FF81B1FE551F030031847380018000900035, 3B1A1100318473800180009000",
        "3B1A1100318473800180009000, 3B1A1100318473800180009000",
        "3BDA18FF81B1FE751F030031F573C001600090001C, 3B1A110031F573C00160009000",
        "3B9F958001, 3B9F958001",
        "3B8280014142C3, 3B8280014142C3",
        "3B8281, 3B12110000",
        "3B, 3B",
    })
    void theAnswerToResetOfABlockCardBecomesThatOfACharacterCard(String atr, String expected) {
        assertEquals(expected, HEX.formatHex(HostCard.forT0(HEX.parseHex(atr))));
    }

    @ParameterizedTest
    @CsvSource({
        "00A4040006D27600012401, 00A4040006D2760001240100",
        "00A4040006D2760001240100, 00A4040006D2760001240100",
        "0084000020, 0084000020",
        "00CA006E, 00CA006E",
        "0020008100, 0020008100",
        "00A4040000000102, 00A4040000000102",
    })
    void onlyACommandWithDataAndNothingBehindGetsAnExpectedLength(String command, String expected) {
        assertEquals(expected, HEX.formatHex(HostCard.withLe(HEX.parseHex(command))));
    }
}
