// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** RFC 7512 URIs, given right, given wrong, and generated: 100,000, or as many as FUZZ_INPUTS in the environment says. */
class Pkcs11UriTest {
    private static final int GENERATED = Integer.parseInt(System.getenv().getOrDefault("FUZZ_INPUTS", "100000"));
    private static final String SECRET = "S3cr3tP1n";
    private static final List<String> PATH_NAMES = List.of("token", "manufacturer", "model", "serial", "slot-id");
    private static final List<String> QUERY_NAMES = List.of("module-path", "pin-source");
    private static final List<String> ODD_NAMES = List.of("pin-value", "Pin-Value", "pin%2dvalue", "object", "id", "x-own",
            "", "token ", "library-version");
    private static final String ALPHABET = "abcXYZ019 -._~:;?&=%/[]@!$'()*+,#\u00e4\u20ac\t\n\0\"\\";

    private static void assertRefused(String uri, String... parts) {
        var message = assertThrows(IllegalArgumentException.class, () -> Pkcs11Uri.parse(uri)).getMessage();
        for (var part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    private static TokenInfo token(String label, String serial) {
        return new TokenInfo(label, "Gnuk", "PKCS#15 emulated", serial, 1, 0, 0, new Version(1, 0), new Version(1, 0));
    }

    @Test
    void everyAttributeIsRead() {
        assertEquals(new Pkcs11Uri("OpenPGP card (User PIN)", "Free Software", "PKCS#15", "fffe43211234", 5L,
                "/usr/lib/opensc-pkcs11.so", "file:/run/pin"), Pkcs11Uri.parse("pkcs11:token=OpenPGP%20card%20(User%20PIN);"
                        + "manufacturer=Free%20Software;model=PKCS%2315;serial=fffe43211234;slot-id=5"
                        + "?module-path=/usr/lib/opensc-pkcs11.so&pin-source=file:/run/pin"));
    }

    @Test
    void anEmptyUriNamesEveryToken() {
        assertTrue(Pkcs11Uri.parse("pkcs11:").matches(3, token("a", "b")));
        assertNull(Pkcs11Uri.parse("PKCS11:").token());
    }

    @Test
    void blankPaddingIsTrimmed() {
        assertTrue(Pkcs11Uri.parse("pkcs11:token=a%20%20").matches(0, token("a", "")));
    }

    @Test
    void aTokensOwnUriNamesItAndNoOther() {
        var umlaut = token("Schl\u00fcssel; 100% &?", "1");
        var uri = Pkcs11Uri.parse(Pkcs11Uri.of(umlaut));
        assertTrue(uri.matches(7, umlaut));
        assertFalse(uri.matches(7, token("Schl\u00fcssel; 100% &?", "2")));
        assertFalse(uri.matches(7, token("Schl", "1")));
    }

    @Test
    void pinValueIsRefusedWithALineThatNamesPinSource() {
        for (var uri : List.of("pkcs11:?pin-value=" + SECRET, "pkcs11:pin-value=" + SECRET, "pkcs11:token=a;pin-value",
                "pkcs11:?PIN-VALUE=" + SECRET, "pkcs11:?pin-source=a;pin-value=" + SECRET, "pkcs11:?pin-value =" + SECRET,
                "pkcs1:?pin-value=" + SECRET)) {
            assertRefused(uri, "pin-source");
        }
    }

    @Test
    void wrongUrisAreRefusedWithWhatWasExpected() {
        assertRefused("", "pkcs11:serial=");
        assertRefused("http://host", "pkcs11:serial=");
        assertRefused("pkcs11:token", "token=");
        assertRefused("pkcs11:token=a;", "token=");
        assertRefused("pkcs11:token=a;token=b", "twice");
        assertRefused("pkcs11:token=%4", "two hex digits");
        assertRefused("pkcs11:token=%zz", "two hex digits");
        assertRefused("pkcs11:token=%ff", "UTF-8");
        assertRefused("pkcs11:token=a b", "percent-encoded");
        assertRefused("pkcs11:slot-id=0x5", "decimal");
        assertRefused("pkcs11:slot-id=18446744073709551616", "decimal");
        assertRefused("pkcs11:token=a;object=key", "attribute 2", "expected token=");
    }

    @Test
    void slotIdsAreUnsigned() {
        assertEquals(-1L, Pkcs11Uri.parse("pkcs11:slot-id=18446744073709551615").slotId());
    }

    @Test
    void ownAttributesOfVendorsAreLetPass() {
        assertEquals("a", Pkcs11Uri.parse("pkcs11:token=a;x-vendor=b?x-other=c").token());
    }

    @Test
    void aHundredThousandGeneratedUrisAreReadOrRefusedInOneLineWithoutTheirPin() {
        var random = new SplittableRandom(7512);
        int read = 0;
        for (int i = 0; i < GENERATED; i++) {
            var uri = mutated(generated(random), random);
            try {
                var parsed = Pkcs11Uri.parse(uri);
                parsed.matches(random.nextLong(4), token("a", "b"));
                assertFalse(uri.toLowerCase(Locale.ROOT).contains("pin-value"), uri);
                read++;
            } catch (IllegalArgumentException e) {
                assertSame(IllegalArgumentException.class, e.getClass(), () -> uri + ": " + e);
                assertFalse(e.getMessage().contains(SECRET), () -> uri + ": " + e.getMessage());
                assertFalse(e.getMessage().isBlank() || e.getMessage().chars().anyMatch(Character::isISOControl), uri);
            }
        }
        assertTrue(read > GENERATED / 20 && read < GENERATED - GENERATED / 20, "read " + read);
    }

    @Test
    void whatIsGeneratedForAnyTokenNamesThatToken() {
        var random = new SplittableRandom(11);
        for (int i = 0; i < 10_000; i++) {
            var token = new TokenInfo(label(random), label(random), label(random), label(random), 0, 0, 0,
                    new Version(0, 0), new Version(0, 0));
            var uri = Pkcs11Uri.of(token);
            assertTrue(Pkcs11Uri.parse(uri).matches(i, token), uri);
        }
    }

    /** Blanks do not end it, as in what the binding hands out. */
    private static String label(SplittableRandom random) {
        return text(random, random.nextInt(12)).stripTrailing();
    }

    private static String text(SplittableRandom random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    private static String generated(SplittableRandom random) {
        var uri = new StringBuilder("pkcs11:");
        attributes(uri, PATH_NAMES, ";", random);
        if (random.nextBoolean()) {
            attributes(uri.append('?'), QUERY_NAMES, "&", random);
        }
        return uri.toString();
    }

    private static void attributes(StringBuilder uri, List<String> names, String separator, SplittableRandom random) {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            var name = random.nextInt(8) == 0 ? ODD_NAMES.get(random.nextInt(ODD_NAMES.size()))
                    : names.get(random.nextInt(names.size()));
            uri.append(i == 0 ? "" : separator).append(name).append('=').append(value(name, random));
        }
    }

    private static String value(String name, SplittableRandom random) {
        if (name.startsWith("pin") || name.startsWith("Pin")) {
            return SECRET;
        }
        if (name.equals("slot-id")) {
            return Long.toUnsignedString(random.nextLong() >>> random.nextInt(64));
        }
        var bytes = text(random, random.nextInt(8)).getBytes(StandardCharsets.UTF_8);
        return bytes.length == 0 ? "" : "%" + HexFormat.ofDelimiter("%").formatHex(bytes);
    }

    /** Up to three edits: a character changed, taken out or put in, a part doubled, the end cut off. */
    private static String mutated(String uri, SplittableRandom random) {
        var text = new StringBuilder(uri);
        for (int edits = random.nextInt(4); edits > 0 && !text.isEmpty(); edits--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, ALPHABET.charAt(random.nextInt(ALPHABET.length())));
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, text(random, 1 + random.nextInt(3)));
                case 3 -> text.insert(at, text.substring(at));
                default -> text.setLength(at);
            }
        }
        return text.toString();
    }
}
