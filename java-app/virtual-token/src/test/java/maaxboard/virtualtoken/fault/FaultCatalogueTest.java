// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import maaxboard.virtualtoken.card.ResponseApdu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FaultCatalogueTest {
    private static byte[] content(String text, int length, int answers) {
        var fault = (Fault.Content) FaultCatalogue.parse(text, new SplittableRandom(5)).fault();
        byte[] all = new byte[length * answers];
        for (int i = 0; i < answers; i++) {
            System.arraycopy(fault.source().next(length), 0, all, i * length, length);
        }
        return all;
    }

    private static ResponseApdu changed(String text) {
        var fault = (Fault.Answer) FaultCatalogue.parse(text, new SplittableRandom(5)).fault();
        return fault.change().apply(new ResponseApdu(new byte[32], 0x9000));
    }

    @ParameterizedTest
    @CsvSource({
        "zero, 0000000000000000",
        "ones, ffffffffffffffff",
        "repeat 0102, 0102010201020102",
        "counter8, 0001020304050607",
        "counter32be, 0000000000000001",
        "counter32le, 0000000001000000",
    })
    void contentIsWhatTheNameSays(String text, String expected) {
        assertEquals(expected, HexFormat.of().formatHex(content(text, 8, 1)));
    }

    @Test
    void countersGoOnAcrossAnswersOfAnyLength() {
        assertArrayEquals(content("counter32be", 21, 1), content("counter32be", 7, 3));
    }

    @Test
    void asciiIsText() {
        assertTrue(new String(content("ascii", 32, 4), StandardCharsets.US_ASCII).startsWith("The quick brown fox"));
    }

    @Test
    void aTlvAnswerHasTheAskedLengthAndAHeader() {
        assertEquals("7c1e811c", HexFormat.of().formatHex(content("tlv", 32, 1), 0, 4));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.25, 0.25", "1, 1"})
    void biasSetsThatShareOfTheBits(String p, double share) {
        byte[] bytes = content("bias " + p, 32, 1000);
        int ones = 0;
        for (byte b : bytes) {
            ones += Integer.bitCount(b & 0xff);
        }
        assertEquals(share, ones / (8.0 * bytes.length), 0.01);
    }

    @Test
    void degradationStartsFairAndEndsStuck() {
        byte[] bytes = content("degrade 0.01", 32, 100);
        assertTrue(Arrays.stream(HexFormat.of().formatHex(bytes, 0, 32).split("ff")).count() >= 1);
        byte[] last = Arrays.copyOfRange(bytes, 98 * 32, 100 * 32);
        int ones = 0;
        for (byte b : last) {
            ones += Integer.bitCount(b & 0xff);
        }
        assertTrue(ones > 480, ones + " of 512 bits set");
    }

    @ParameterizedTest
    @CsvSource({
        "short, 31, 9000",
        "short 32, 0, 9000",
        "long 9, 41, 9000",
        "status 6982, 32, 6982",
        "refuse, 0, 6F00",
        "refuse 6A88, 0, 6A88",
    })
    void answersAreChangedAsTheNameSays(String text, int length, String statusWord) {
        ResponseApdu answer = changed(text);
        assertEquals(length, answer.data().length);
        assertEquals(Integer.parseInt(statusWord, 16), answer.statusWord());
    }

    @Test
    void mutationIsNeverAGoodAnswer() {
        var fault = (Fault.Answer) FaultCatalogue.parse("mutate", new SplittableRandom(9)).fault();
        for (int i = 0; i < 10_000; i++) {
            ResponseApdu answer = fault.change().apply(new ResponseApdu(new byte[32], 0x9000));
            assertTrue(answer.data().length != 32 || answer.statusWord() != 0x9000);
        }
    }

    @Test
    void theSeedDecidesChance() {
        assertArrayEquals(content("bias 0.3", 32, 50), content("bias 0.3", 32, 50));
    }

    @Test
    void scopeIsReadFromTheEnd() {
        ActiveFault fault = FaultCatalogue.parse("delay=250,all x2", new SplittableRandom(0));
        assertEquals(new Fault.Delay(250), fault.fault());
        assertTrue(fault.everyCommand());
        assertNull(fault.afterHit().afterHit());
        assertNull(FaultCatalogue.parse("none", new SplittableRandom(0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "bias", "bias 2", "bias x", "short 0", "short 33", "delay -1", "status", "status 9000",
        "status 90", "repeat 1", "zero 5", "none 5", "zero x0", "zero x99999999999999999999", ""})
    void nonsenseIsRefusedWithASentence(String text) {
        var refused = assertThrows(
                IllegalArgumentException.class, () -> FaultCatalogue.parse(text, new SplittableRandom(0)));
        assertTrue(refused.getMessage().length() > 10, refused.getMessage());
    }

    @Test
    void eachListedFaultCanBeAskedFor() {
        for (FaultCatalogue.Entry entry : FaultCatalogue.entries()) {
            String text = entry.usage()
                    .replaceAll(" \\[.*]", "")
                    .replace(" P", " 0.5")
                    .replace(" STEP", " 0.1")
                    .replace(" SW", " 6985")
                    .replace(" MS", " 10");
            assertEquals(text, FaultCatalogue.parse(text, new SplittableRandom(0)).text());
        }
    }
}
