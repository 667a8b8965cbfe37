// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {
    private static final Verdict PUBLISH = new Verdict.Publish();
    private static final Verdict REPEATED = new Verdict.Alarm(Reason.REPEATED);
    private static final Verdict IMPLAUSIBLE = new Verdict.Alarm(Reason.IMPLAUSIBLE);

    private final Random random = new Random(7);
    private final TokenHealth health = serving(new TokenHealth(HealthPolicy.DEFAULT));

    @Test
    void hashesOfPiecesAreApartWhereOneBitDiffersAndInTheirLowBitsWhereThePiecesAreNot() {
        var hash = new PieceHash(7);
        var lowBits = new HashSet<Integer>();
        for (int i = 0; i < 10_000; i++) {
            long[] piece = random.longs(4).map(word -> word & 0xf0f0f0f0f0f0f0f0L).toArray();
            long before = hash.hash(piece, 0);
            lowBits.add((int) before & 0xff);
            piece[i % 4] ^= 1L << i / 4 % Long.SIZE;
            assertNotEquals(before, hash.hash(piece, 0));
        }
        assertEquals(256, lowBits.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8, 16, 32, 64, 128, 256})
    void bytesThatEqualTheOneAStrideBeforeAreCountedInTheSecondWindowToo(int stride) {
        byte[] unit = new byte[2 * CutOffs.WINDOW];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (byte) (random.nextInt(4) << 6);
        }
        int equal = 0;
        for (int i = CutOffs.WINDOW + stride; i < unit.length; i++) {
            equal += unit[i] == unit[i - stride] ? 1 : 0;
        }
        int window = CutOffs.WINDOW / Long.BYTES;
        assertEquals(equal, UnitWords.equalAtStrides(UnitWords.of(unit), window, window)[Integer.numberOfTrailingZeros(stride) - 1]);
    }

    @Test
    void samplesThatEqualTheFirstOfAWindowAreCountedWhereverItBegins() {
        for (int kinds : new int[] {1, 2, 3, 256}) {
            byte[] samples = new byte[3 * CutOffs.WINDOW];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (byte) (255 - random.nextInt(kinds));
            }
            for (int from = 0; from <= samples.length - CutOffs.WINDOW; from += 101) {
                int equal = 0;
                for (int i = from; i < from + CutOffs.WINDOW; i++) {
                    equal += samples[i] == samples[from] ? 1 : 0;
                }
                assertEquals(equal, AdaptiveProportionTest.count(samples, from));
            }
        }
    }

    @Test
    void theLongestRunIsTheSameByteByByteAndWordByWordAndGoesOnIntoTheNextUnit() {
        var inWords = new RepetitionCountTest();
        var byBytes = new RepetitionCountTest();
        byte end = 0;
        for (int round = 0; round < 2_000; round++) {
            byte[] unit = new byte[CutOffs.WINDOW];
            random.nextBytes(unit);
            for (int runs = random.nextInt(4); runs > 0; runs--) {
                int from = random.nextInt(unit.length);
                Arrays.fill(unit, from, Math.min(unit.length, from + 1 + random.nextInt(20)), (byte) random.nextInt(-1, 2));
            }
            Arrays.fill(unit, 0, random.nextInt(4), end);
            end = unit[unit.length - 1];
            int longest = 1;
            for (byte sample : unit) {
                longest = Math.max(longest, byBytes.feed(sample));
            }
            assertEquals(longest, inWords.feed(unit, UnitWords.of(unit)));
        }
    }

    @Test
    void nineBytesThatCountAreFoundWhereverTheyLieInTheSecondWindow() {
        for (int at = CutOffs.WINDOW; at <= 2 * CutOffs.WINDOW - 9; at++) {
            byte[] unit = new byte[2 * CutOffs.WINDOW];
            random.nextBytes(unit);
            int step = 1 + random.nextInt(255);
            for (int i = 1; i < 9; i++) {
                unit[at + i] = (byte) (unit[at] + i * step);
            }
            assertTrue(Plausibility.countsBytes(unit, CutOffs.WINDOW), "at " + at);
            int wrong = at + random.nextInt(2, 7);
            unit[wrong] ^= 0x10;
            assertFalse(Plausibility.countsBytes(unit, CutOffs.WINDOW), "byte " + wrong + " wrong, at " + at);
        }
        byte[] constant = new byte[CutOffs.WINDOW];
        assertFalse(Plausibility.countsBytes(constant, 0), "step 0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fourWordsThatCountAreFoundWhereverTheyLieInTheSecondWindow(boolean littleEndian) {
        var order = littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        for (int at = CutOffs.WINDOW; at <= 2 * CutOffs.WINDOW - 4 * Integer.BYTES; at++) {
            byte[] unit = new byte[2 * CutOffs.WINDOW];
            random.nextBytes(unit);
            assertFalse(Plausibility.countsWords(unit, UnitWords.of(unit), CutOffs.WINDOW), "random bytes");
            var words = ByteBuffer.wrap(unit).order(order);
            int step = random.nextInt() | 1;
            for (int i = 0; i < 4; i++) {
                words.putInt(at + i * Integer.BYTES, words.getInt(at) + i * step);
            }
            assertTrue(Plausibility.countsWords(unit, UnitWords.of(unit), CutOffs.WINDOW), "at " + at);
            unit[at + random.nextInt(16)] ^= 0x10;
            assertFalse(Plausibility.countsWords(unit, UnitWords.of(unit), CutOffs.WINDOW), "one bit wrong, at " + at);
        }
    }

    @Test
    void aPieceThatComesAgainAfterTwoMebibytesRaisesTheAlarm() {
        byte[] first = good();
        health.judge(first);
        for (int unit = 0; unit < 65_536 / 16 - 1; unit++) {
            assertEquals(PUBLISH, health.judge(good()));
        }
        byte[] unit = good();
        System.arraycopy(first, 480, unit, 0, 32);
        assertEquals(REPEATED, health.judge(unit));
    }

    @Test
    void aPieceThatComesTwiceInOneUnitRaisesTheAlarm() {
        byte[] unit = good();
        System.arraycopy(unit, 32, unit, 256, 32);
        assertEquals(REPEATED, health.judge(unit));
    }

    @Test
    void theHistoryForgetsExactlyTheOldestPieces() {
        var history = new PieceHistory();
        var reference = new ArrayList<Long>();
        for (int i = 0; i < 3 * PieceHistory.LENGTH; i++) {
            long hash = random.nextLong() & ~3L;
            history.add(hash);
            reference.add(hash);
        }
        var kept = new HashSet<>(reference.subList(2 * PieceHistory.LENGTH, 3 * PieceHistory.LENGTH));
        for (int i = 0; i < reference.size(); i++) {
            assertEquals(kept.contains(reference.get(i)), history.contains(reference.get(i)));
        }
    }

    @Test
    void twoTokensThatGiveTheSameBytesAreBothQuarantined() {
        var memory = new PieceMemory();
        var one = serving(new TokenHealth(HealthPolicy.DEFAULT, memory));
        var two = serving(new TokenHealth(HealthPolicy.DEFAULT, memory));
        byte[] unit = good();
        assertEquals(PUBLISH, one.judge(unit));
        var verdict = new Verdict.Quarantine(Reason.ALIKE);
        assertEquals(verdict, two.judge(unit));
        assertEquals(TokenHealth.State.QUARANTINED, one.status().state());
        assertEquals(verdict, one.judge(good()));
    }

    @Test
    void aForgottenTokenIsComparedWithNoMore() {
        var memory = new PieceMemory();
        var one = serving(new TokenHealth(HealthPolicy.DEFAULT, memory));
        var two = serving(new TokenHealth(HealthPolicy.DEFAULT, memory));
        byte[] unit = good();
        one.judge(unit);
        memory.forget(one);
        assertEquals(PUBLISH, two.judge(unit));
    }

    @Test
    void aTokenThatRepeatsItselfForGoodIsQuarantinedBeforeItEverServes() {
        var token = new TokenHealth(HealthPolicy.DEFAULT);
        byte[] unit = good();
        token.judge(unit);
        assertEquals(REPEATED, token.judge(unit));
        assertEquals(new Verdict.Quarantine(Reason.REPEATED), token.judge(unit));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1, 2, 17, 255})
    void byteCountersRaiseTheAlarm(int step) {
        byte[] unit = good();
        for (int i = 0; i < 32; i++) {
            unit[37 + i] = (byte) (200 + step * i);
        }
        assertEquals(IMPLAUSIBLE, health.judge(unit));
    }

    @ParameterizedTest
    @CsvSource({"LITTLE_ENDIAN,1,0", "BIG_ENDIAN,1,0", "LITTLE_ENDIAN,-65536,3", "BIG_ENDIAN,2654435769,1"})
    void wordCountersOfBothByteOrdersRaiseTheAlarm(String order, long step, int offset) {
        byte[] unit = good();
        var words = ByteBuffer.wrap(unit).order(order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 8; i++) {
            words.putInt(64 + offset + 4 * i, (int) (0xfffffffd + step * i));
        }
        assertEquals(IMPLAUSIBLE, health.judge(unit));
    }

    @Test
    void aWideCounterInEachPieceOfConstantBytesRaisesTheAlarm() {
        byte[] unit = good();
        for (int piece = 32; piece < unit.length; piece += 32) {
            System.arraycopy(unit, 0, unit, piece, 24);
            ByteBuffer.wrap(unit).putLong(piece + 24, random.nextLong());
        }
        assertEquals(IMPLAUSIBLE, health.judge(unit));
    }

    @Test
    void textInOnePieceRaisesTheAlarm() {
        byte[] unit = good();
        System.arraycopy("no random bytes here, just a line".getBytes(US_ASCII), 0, unit, 96, 32);
        assertEquals(IMPLAUSIBLE, health.judge(unit));
    }

    @Test
    void thirtyOneBytesOfTextDoNot() {
        byte[] unit = good();
        System.arraycopy("no random bytes here, just a line".getBytes(US_ASCII), 0, unit, 96, 31);
        unit[127] = 1;
        assertEquals(PUBLISH, health.judge(unit));
    }

    @Test
    void aTagAndLengthBeforeEachPieceRaisesTheAlarm() {
        byte[] unit = good();
        for (int piece = 0; piece < 128; piece += 32) {
            unit[piece] = 0x7c;
            unit[piece + 1] = 30;
        }
        assertEquals(IMPLAUSIBLE, health.judge(unit));
    }

    @Test
    void aTagAndLengthBeforeEachAnswerIsFoundWithinTheStartUpTest() {
        var token = new TokenHealth(HealthPolicy.DEFAULT);
        var answers = List.of(new Answer(256, 256, 0), new Answer(256, 256, 0));
        assertInstanceOf(Verdict.Drop.class, token.judge(withAnswerHeads(), answers));
        assertEquals(IMPLAUSIBLE, token.judge(withAnswerHeads(), answers));
    }

    @Test
    void anAnswerWhoseEndWasNotFilledRaisesTheAlarm() {
        byte[] unit = withoutZeros(good());
        for (int i = 250; i < 256; i++) {
            unit[i] = 0;
        }
        var policy = HealthPolicy.DEFAULT.withMinEntropy(1);
        var token = serving(new TokenHealth(policy));
        assertEquals(IMPLAUSIBLE, token.judge(unit, List.of(new Answer(256, 256, 0), new Answer(256, 256, 0))));
    }

    @Test
    void fewerBytesThanAskedForDropTheUnitAndTwiceInARowRaiseTheAlarm() {
        var answers = List.of(new Answer(256, 256, 0), new Answer(256, 200, 0), new Answer(56, 56, 0));
        assertEquals(new Verdict.Drop(Reason.IMPLAUSIBLE), health.judge(good(), answers));
        assertEquals(IMPLAUSIBLE, health.judge(good(), answers));
    }

    @Test
    void answersFasterThanTheUserAllowsAreImplausible() {
        var token = serving(new TokenHealth(new HealthPolicy(6, 0x1p-30, 0x1p-60, false, 1000)));
        assertEquals(PUBLISH, token.judge(good(), List.of(new Answer(512, 512, 1000))));
        assertEquals(new Verdict.Drop(Reason.IMPLAUSIBLE), token.judge(good(), List.of(new Answer(512, 512, 999))));
    }

    @Test
    void goodBytesInAnswersOfAnySizePassEveryRule() {
        for (int size : new int[] {32, 64, 256, 512}) {
            var answers = new ArrayList<Answer>();
            for (int i = 0; i < 512 / size; i++) {
                answers.add(new Answer(size, size, 1));
            }
            for (int unit = 0; unit < 2000; unit++) {
                assertEquals(PUBLISH, health.judge(good(), answers));
            }
        }
    }

    @Test
    void theFips140OptionTestsAndDropsFiveWindowsTogether() {
        var policy = new HealthPolicy(6, 0x1p-30, 0x1p-60, true, 0);
        var token = new TokenHealth(policy);
        assertEquals(2560, policy.unitBytes());
        token.judge(bytes(2560));
        assertEquals(PUBLISH, token.judge(bytes(2560)));
        byte[] biased = bytes(2560);
        for (int i = 0; i < 2500; i += 16) {
            biased[i] |= 0x55;
        }
        assertEquals(new Verdict.Drop(Reason.IMPLAUSIBLE), token.judge(biased));
        assertEquals(PUBLISH, token.judge(bytes(2560)));
    }

    @Test
    void theFips140TestsFailAboutOneGoodBlockIn1250() {
        int failed = 0;
        for (int block = 0; block < 8_000; block++) {
            failed += Fips140.passes(bytes(Fips140.BLOCK_BYTES)) ? 0 : 1;
        }
        assertTrue(failed > 0 && failed < 30, "failed " + failed + " of 8000");
    }

    @Test
    void eachFips140TestFindsItsFault() {
        byte[] stuckHigh = bytes(2500);
        for (int i = 0; i < 60; i++) {
            stuckHigh[i * 40] = (byte) 0xff;
            stuckHigh[i * 40 + 1] |= 0x77;
        }
        assertFalse(Fips140.passes(stuckHigh), "monobit");
        byte[] even = new byte[2500];
        for (int i = 0; i < even.length; i++) {
            even[i] = (byte) (i * 11);
        }
        assertFalse(Fips140.passes(even), "poker");
        byte[] longRun = bytes(2500);
        longRun[100] = 0;
        longRun[101] = 0;
        longRun[102] = 0;
        longRun[103] = 0;
        assertFalse(Fips140.passes(longRun), "long run");
    }

    private TokenHealth serving(TokenHealth token) {
        while (token.status().state() != TokenHealth.State.SERVING) {
            token.judge(good());
        }
        return token;
    }

    private byte[] withAnswerHeads() {
        byte[] unit = good();
        for (int answer = 0; answer < 512; answer += 256) {
            unit[answer] = (byte) 0x82;
            unit[answer + 1] = (byte) 0xfe;
        }
        return unit;
    }

    private static byte[] withoutZeros(byte[] unit) {
        for (int i = 0; i < unit.length; i++) {
            unit[i] |= 1;
        }
        return unit;
    }

    private byte[] good() {
        return bytes(CutOffs.WINDOW);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
