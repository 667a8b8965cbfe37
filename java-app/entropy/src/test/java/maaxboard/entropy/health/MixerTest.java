// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MixerTest {
    private final Random random = new Random(11);
    private final Mixer mixer = new Mixer("test");

    @Test
    void kmac256GivesTheStandardsSamples() throws IOException {
        String samples;
        try (var in = MixerTest.class.getResourceAsStream("kmac256.txt")) {
            samples = new String(in.readAllBytes(), US_ASCII);
        }
        var lines = samples.lines().filter(line -> !line.startsWith("#")).map(line -> line.split("\\|")).toList();
        assertEquals(3, lines.size());
        for (String[] sample : lines) {
            byte[] message = range(0, Integer.parseInt(sample[1].substring(4), 16));
            assertArrayEquals(HexFormat.of().parseHex(sample[3]),
                    Mixer.kmac256(range(0x40, 0x5f), message, sample[2].getBytes(US_ASCII)), "sample " + sample[0]);
        }
    }

    @Test
    void eachTokenGivesAnEvenNumberOfBytesWithAtLeast576Bits() {
        assertEquals(72, Mixer.bytesFor(8));
        assertEquals(96, Mixer.bytesFor(6));
        assertEquals(84, Mixer.bytesFor(7));
        assertEquals(576, Mixer.bytesFor(1));
        for (int tenths = 1; tenths <= 80; tenths++) {
            int n = Mixer.bytesFor(tenths / 10.0);
            assertTrue(n % 2 == 0 && n * tenths >= 5760 && (n - 2) * tenths < 5760, "H = " + tenths / 10.0);
        }
    }

    @Test
    void keyAndMessageAreTheHalvesInOrderOfSerialEachPrecededByItsLength() {
        byte[] fresh = bytes(32);
        byte[] a = bytes(96);
        byte[] b = bytes(72);
        var parts = new TreeMap<String, byte[]>();
        parts.put("B2", b);
        parts.put("A1", a);
        byte[] key = ByteBuffer.allocate(92).putInt(48).put(a, 0, 48).putInt(36).put(b, 0, 36).array();
        byte[] message = ByteBuffer.allocate(92).putInt(48).put(a, 48, 48).putInt(36).put(b, 36, 36).array();
        byte[] customization = ByteBuffer.allocate(36).put("test".getBytes(US_ASCII)).put(fresh).array();
        assertArrayEquals(Mixer.kmac256(key, message, customization), mixer.mix(parts, fresh));
    }

    @Test
    void withAllTokensButOneStuckAndTheKernelsBytesKnownTheOutputStaysGood() {
        byte[] fresh = new byte[32];
        var output = new ByteArrayOutputStream();
        for (int i = 0; i < 16_384; i++) {
            var parts = new TreeMap<String, byte[]>();
            parts.put("1", new byte[96]);
            parts.put("2", bytes(96));
            parts.put("3", filled(96, 0xff));
            parts.put("4", filled(96, 0x55));
            output.writeBytes(mixer.mix(parts, fresh));
        }
        byte[] mixed = output.toByteArray();
        var health = new TokenHealth(HealthPolicy.DEFAULT.withMinEntropy(8));
        int dropped = 0;
        long[] counts = new long[256];
        for (int at = 0; at < mixed.length; at += CutOffs.WINDOW) {
            dropped += health.judge(Arrays.copyOfRange(mixed, at, at + CutOffs.WINDOW)) instanceof Verdict.Publish ? 0 : 1;
        }
        for (byte b : mixed) {
            counts[b & 0xff]++;
        }
        double expected = mixed.length / 256.0;
        double chiSquare = Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
        assertEquals(2, dropped, "only the start-up test's units");
        assertTrue(chiSquare > 150 && chiSquare < 380, "chi square with 255 degrees of freedom: " + chiSquare);
    }

    @Test
    void withEveryTokenStuckAndTheKernelsBytesKnownTheOutputRepeats() {
        assertArrayEquals(mixer.mix(stuck(), new byte[32]), mixer.mix(stuck(), new byte[32]));
    }

    @Test
    void everyInputBitMatters() {
        byte[] fresh = bytes(32);
        byte[] a = bytes(96);
        var parts = new TreeMap<>(stuck());
        parts.put("good", a);
        byte[] before = mixer.mix(parts, fresh);
        for (int at : new int[] {0, 47, 48, 95}) {
            a[at] ^= 1;
            assertFalse(Arrays.equals(before, mixer.mix(parts, fresh)));
            a[at] ^= 1;
        }
        fresh[31] ^= 1;
        assertFalse(Arrays.equals(before, mixer.mix(parts, fresh)));
        fresh[31] ^= 1;
        assertFalse(Arrays.equals(before, new Mixer("other").mix(parts, fresh)));
    }

    @Test
    void unevenPartsAndMissingBytesAreErrorsOfTheCaller() {
        var uneven = new TreeMap<String, byte[]>();
        uneven.put("1", new byte[95]);
        assertThrows(IllegalArgumentException.class, () -> mixer.mix(uneven, new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> mixer.mix(new TreeMap<>(), new byte[32]));
        assertThrows(IllegalArgumentException.class, () -> mixer.mix(stuck(), new byte[31]));
    }

    @Test
    void thePoolEmitsOnlyWhenEveryTokenHasGivenItsPart() {
        var pool = new MixingPool(mixer, 2);
        pool.join("1", 6);
        pool.add("1", bytes(512));
        assertTrue(pool.next(bytes(32)).isEmpty(), "fewer than min-tokens");
        pool.join("2", 6);
        assertTrue(pool.next(bytes(32)).isEmpty(), "token 2 has given nothing");
        assertTrue(pool.isAhead("1"));
        pool.add("2", bytes(512));
        for (int output = 0; output < 5; output++) {
            assertEquals(64, pool.next(bytes(32)).orElseThrow().length);
        }
        assertTrue(pool.next(bytes(32)).isEmpty(), "32 bytes of each are left, and 96 needed");
    }

    @Test
    void aTokenThatLeavesTakesWhatWaitsOfItAlong() {
        var pool = new MixingPool(mixer, 1);
        pool.join("1", 6);
        pool.join("2", 6);
        pool.add("1", bytes(512));
        pool.leave("2");
        assertTrue(pool.isReady());
        pool.leave("1");
        pool.join("1", 6);
        assertFalse(pool.isReady());
        assertThrows(IllegalArgumentException.class, () -> pool.add("2", bytes(512)));
    }

    private static SortedMap<String, byte[]> stuck() {
        var parts = new TreeMap<String, byte[]>();
        parts.put("1", filled(96, 0xff));
        parts.put("2", new byte[96]);
        return parts;
    }

    private static byte[] range(int from, int to) {
        byte[] range = new byte[to - from + 1];
        for (int i = 0; i < range.length; i++) {
            range[i] = (byte) (from + i);
        }
        return range;
    }

    private static byte[] filled(int count, int value) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
