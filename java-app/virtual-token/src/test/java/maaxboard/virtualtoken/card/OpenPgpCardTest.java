// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class OpenPgpCardTest {
    private final OpenPgpCard card = card(Profile.GNUK);

    private static OpenPgpCard card(Profile profile) {
        var random = new SplittableRandom(1);
        return new OpenPgpCard(profile, HexFormat.of().parseHex("43211234"), true, length -> {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return bytes;
        });
    }

    private ResponseApdu send(String hex) {
        return ResponseApdu.parse(card.transmit(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    private static String command(String header, byte[] data) {
        return header + "%02X".formatted(data.length) + HexFormat.of().formatHex(data);
    }

    private void verify(int which, String pin) {
        byte[] bytes = pin.getBytes(StandardCharsets.US_ASCII);
        assertEquals(StatusWord.OK, send(command("002000%02X".formatted(which), bytes)).statusWord());
    }

    @Test
    void theAnswerToResetIsTheNitrokeyStarts() {
        assertEquals("3bda11ff81b1fe551f0300318473800180009000e4", HexFormat.of().formatHex(card.atr()));
    }

    @Test
    void selectAnswersWithTheApplicationIdentifier() {
        assertEquals(
                "6f128410d276000124010200fffe432112340000",
                HexFormat.of().formatHex(send("00A4040006D2760001240100").data()));
    }

    @ParameterizedTest
    @CsvSource({
        "00A4040005D276000124, 6A82",
        "00A4040006A00000000101, 6A82",
        "00A4000C023F00, 6A82",
        "00A4040CD0, 6A82",
        "0084000021, 6985",
        "0084000000, 6985",
        "0084010020, 6A86",
        "00FF0000, 6D00",
        "80840000 20, 6E00",
        "00CA7F21 00, 6A88",
        "00CA00FA 00, 6A88",
        "0020008206 303030303030, 6982",
        "00200082, 63C3",
        "00200084, 6A86",
        "00478000 02B600 00, 6982",
        "00478100 02B600 00, 6A88",
        "00478100 02B100 00, 6A80",
        "002A9E9A 01AA 00, 6982",
        "00DA005B 01AA, 6982",
        "00C00000 00, 6985",
        "0022 41B8 03830102, 9000",
        "0022 41B8 03830107, 6A80",
        "00A50004 0660045C027F21, 9000",
    })
    void eachWrongCommandHasItsStatusWord(String hex, String statusWord) {
        assertEquals(Integer.parseInt(statusWord, 16), send(hex).statusWord());
    }

    @Test
    void getChallengeGivesWhatIsAskedForUpToThirtyTwoBytes() {
        for (int length = 1; length <= 32; length++) {
            assertEquals(length, send("00840000%02X".formatted(length)).data().length);
        }
    }

    @Test
    void withoutLeTheAnswerWaitsForGetResponse() {
        ResponseApdu first = send("00840000");
        assertEquals(0x6120, first.statusWord());
        assertEquals(20, send("00C0000014").data().length);
        ResponseApdu rest = send("00C0000000");
        assertEquals(12, rest.data().length);
        assertEquals(StatusWord.OK, rest.statusWord());
    }

    @Test
    void aLongAnswerComesInPiecesToShortCommandsAndWholeToExtendedOnes() {
        verify(0x83, "12345678");
        ResponseApdu first = send("0047800002B60000");
        assertEquals(256, first.data().length);
        assertEquals(0x610e, first.statusWord());
        byte[] rest = send("00C0000000").data();
        byte[] pieces = Arrays.copyOf(first.data(), 270);
        System.arraycopy(rest, 0, pieces, 256, rest.length);
        assertArrayEquals(send("00478100000002B6000000").data(), pieces);
    }

    @Test
    void aChainIsOneCommand() {
        verify(0x83, "12345678");
        assertEquals(StatusWord.OK, send("10DA5F50 03 414243").statusWord());
        assertEquals(StatusWord.OK, send("00DA5F50 03 444546").statusWord());
        assertEquals("ABCDEF", new String(send("00CA5F5000").data(), StandardCharsets.US_ASCII));
    }

    @Test
    void threeWrongPinsBlockAndTheAdminUnblocks() {
        for (int left = 2; left >= 0; left--) {
            assertEquals(StatusWord.SECURITY_STATUS, send("0020008206303030303030").statusWord());
            assertEquals(StatusWord.TRIES_LEFT | left, send("00200082").statusWord());
        }
        assertEquals(StatusWord.BLOCKED, send("0020008206313233343536").statusWord());
        assertEquals(0, send("00CA00C400").data()[4]);
        verify(0x83, "12345678");
        assertEquals(StatusWord.OK, send("002C028106363534333231").statusWord());
        verify(0x82, "654321");
    }

    @Test
    void aChangedPinIsTheOneThatCounts() {
        assertEquals(StatusWord.OK, send("002400810C313233343536363534333231").statusWord());
        verify(0x81, "654321");
        assertEquals(StatusWord.WRONG_DATA, send("002400810A36353433323131323334").statusWord());
    }

    @Test
    void aResetTakesThePinBack() {
        verify(0x82, "123456");
        assertEquals(StatusWord.OK, send("00200082").statusWord());
        card.reset();
        assertEquals(0x63c3, send("00200082").statusWord());
    }

    @Test
    void oneSigningPinIsGoodForOneSignature() {
        verify(0x83, "12345678");
        send("0047800002B60000");
        verify(0x81, "123456");
        assertEquals(256, send("002A9E9A040102030400").data().length);
        assertEquals(StatusWord.SECURITY_STATUS, send("002A9E9A040102030400").statusWord());
        assertEquals(1, send("00CA009300").data()[2]);
    }

    @Test
    void terminatedAndActivatedTheCardIsAsNew() {
        verify(0x83, "12345678");
        send("00DA005B 01 41");
        assertEquals(StatusWord.OK, send("00E60000").statusWord());
        assertEquals(StatusWord.TERMINATED, send("00A4040006D27600012401").statusWord());
        assertEquals(StatusWord.CONDITIONS, send("0084000020").statusWord());
        assertEquals(StatusWord.OK, send("00440000").statusWord());
        assertEquals(0, send("00CA005B00").data().length);
    }

    @Test
    void anImportedRsaKeySigns() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var key = (RSAPrivateCrtKey) generator.generateKeyPair().getPrivate();
        importKey("B600", "9103", "92820080", "93820080",
                new byte[] {1, 0, 1}, magnitude(key.getPrimeP()), magnitude(key.getPrimeQ()));
        verify(0x81, "123456");
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(new byte[] {1});
        byte[] info = Tlv.concat(HexFormat.of().parseHex("3031300d060960864801650304020105000420"), digest);
        byte[] signature = send(command("002A9E9A", info) + "00").data();
        var verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent())));
        verifier.update(new byte[] {1});
        assertTrue(verifier.verify(signature));
    }

    @Test
    void anImportedP256KeyShowsItsPublicPoint() throws Exception {
        setAlgorithm(KeyRole.SIGN, KeyAlgorithm.ECDSA_P256);
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        var pair = generator.generateKeyPair();
        byte[] scalar = fixed(((ECPrivateKey) pair.getPrivate()).getS());
        importKey("B600", "9220", "", "", scalar);
        byte[] point = Tlv.parseAll(Tlv.parseAll(send("0047810002B60000").data()).getFirst().value()).getFirst().value();
        byte[] encoded = pair.getPublic().getEncoded();
        assertArrayEquals(Arrays.copyOfRange(encoded, encoded.length - 65, encoded.length), point);
    }

    @Test
    void anImportedEd25519KeyShowsItsPublicPointAndSigns() throws Exception {
        setAlgorithm(KeyRole.SIGN, KeyAlgorithm.ED25519);
        var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        importKey("B600", "9220", "", "", ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow());
        byte[] point = Tlv.parseAll(Tlv.parseAll(send("0047810002B60000").data()).getFirst().value()).getFirst().value();
        byte[] encoded = pair.getPublic().getEncoded();
        assertArrayEquals(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length), point);
        verify(0x81, "123456");
        byte[] signature = send("002A9E9A0401020304" + "00").data();
        var verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(pair.getPublic());
        verifier.update(new byte[] {1, 2, 3, 4});
        assertTrue(verifier.verify(signature));
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void noCommandBreaksIt(Profile profile) {
        OpenPgpCard target = card(profile);
        var random = new SplittableRandom(7);
        List<Integer> instructions = List.of(0x20, 0x22, 0x24, 0x2a, 0x2c, 0x84, 0x88, 0xa4, 0xc0, 0xca, 0xda, 0xdb, 0xe6);
        for (int i = 0; i < 50_000; i++) {
            byte[] command = new byte[random.nextInt(40)];
            random.nextBytes(command);
            if (command.length > 5) {
                command[0] = (byte) (random.nextBoolean() ? 0 : 0x10);
                command[1] = instructions.get(random.nextInt(instructions.size())).byteValue();
                if (random.nextInt(10) > 0) {
                    command[4] = (byte) (command.length - 5);
                }
            }
            assertTrue(target.transmit(command).length >= 2);
        }
    }

    private void setAlgorithm(KeyRole role, KeyAlgorithm algorithm) {
        verify(0x83, "12345678");
        assertEquals(
                StatusWord.OK,
                send(command("00DA00%02X".formatted(role.attributes), algorithm.attributes())).statusWord());
    }

    private void importKey(String reference, String first, String second, String third, byte[]... parts) {
        verify(0x83, "12345678");
        byte[] template = HexFormat.of().parseHex(first + second + third);
        byte[] list = Tlv.encode(0x4d,
                HexFormat.of().parseHex(reference), Tlv.encode(0x7f48, template), Tlv.encode(0x5f48, parts));
        var extended = new ByteArrayOutputStream();
        extended.writeBytes(HexFormat.of().parseHex("00DB3FFF00"));
        extended.write(list.length >> 8);
        extended.write(list.length);
        extended.writeBytes(list);
        assertEquals(StatusWord.OK, send(HexFormat.of().formatHex(extended.toByteArray())).statusWord());
    }

    private static byte[] magnitude(BigInteger value) {
        byte[] raw = value.toByteArray();
        return raw.length == 129 ? Arrays.copyOfRange(raw, 1, 129) : raw;
    }

    private static byte[] fixed(BigInteger value) {
        byte[] raw = value.toByteArray();
        byte[] out = new byte[32];
        int copied = Math.min(32, raw.length);
        System.arraycopy(raw, raw.length - copied, out, 32 - copied, copied);
        return out;
    }
}
