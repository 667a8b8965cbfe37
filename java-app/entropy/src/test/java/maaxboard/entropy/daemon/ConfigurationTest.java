// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration, given right, given wrong, and generated: 100,000, or as many as FUZZ_INPUTS in the environment says. */
class ConfigurationTest {
    private static final int GENERATED = Integer.parseInt(System.getenv().getOrDefault("FUZZ_INPUTS", "100000"));
    private static final String SECRET = "S3cr3tP1n";
    private static final Pattern WHERE = Pattern.compile("f\\.conf:[1-9][0-9]*: .+");
    private static final String ALPHABET = "abz019 -=#.,:;/%\u00e4\t\0\"'\\+x";

    private static final List<String> VALUES = List.of("", "0", "1", "-1", "128", "320", "65536", "4096", "2147483648", "6",
            "0.5", "8", "8.1", "NaN", "1e3", "Infinity", "yes", "no", "Yes", "each", "mixed", "info", "debug", "stderr",
            "syslog", "/usr/lib/opensc-pkcs11.so", "/a /b  /c", "uio:entropy", "uio:", "data,control", "data,control,more",
            "file@0x1000+0x10000", "file@0x10+0x1000", "file@0x+1", "0x1f", "0x", "0xffffffffffffffff",
            "18446744073709551615", "pkcs11:serial=1", "pkcs11:serial=1?pin-source=file:/run/pin", "file:/run/pin", "fd:3",
            "fd:x", "pkcs11:?pin-value=" + SECRET, "pkcs11:token=a;token=b", "100000", "999999999999999999999");

    @TempDir
    private Path folder;

    private static Configuration read(String... lines) throws ConfigurationException {
        return Configuration.of(new Settings().lines("f.conf", List.of(lines)));
    }

    private static void assertRefused(String line, String... parts) {
        var message = assertThrows(ConfigurationException.class, () -> read("# first", line)).getMessage();
        assertTrue(message.startsWith("f.conf:2: "), message);
        for (var part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void everyDefaultIsAValidValue() throws Exception {
        var configuration = read();
        assertEquals(List.of(Path.of("/usr/lib/opensc-pkcs11.so")), configuration.modules());
        assertTrue(configuration.selection().isAny());
        assertNull(configuration.pinSource());
        assertEquals(128, configuration.slotCount());
        assertEquals(6, configuration.health().minEntropy());
    }

    @Test
    void aWrongValueIsRefusedWithFileLineAndWhatWasExpected() {
        assertRefused("slot = first", "slot = 'first'", "slot ID, decimal or 0x");
        assertRefused("slot-index = -1", "slot-index", "from 0");
        assertRefused("slot-bytes = 100", "multiple of 64");
        assertRefused("slot-bytes = 200", "slot-bytes = '200'", "multiple of 64");
        assertRefused("slot-count = 3", "power of two");
        assertRefused("block-bytes = 1", "16 to 4096");
        assertRefused("claimed-entropy = NaN", "0.1 to 8");
        assertRefused("claimed-entropy = 9", "0.1 to 8");
        assertRefused("fips140 = maybe", "yes or no");
        assertRefused("min-answer-time = -5", "microseconds");
        assertRefused("min-tokens = 0", "1 to 64");
        assertRefused("source = all", "each", "mixed");
        assertRefused("byte-budget = -1", "no limit");
        assertRefused("long-test-time = 0", "86400");
        assertRefused("log-level = loud", "error, warning, info or debug");
        assertRefused("log-to = file", "stderr or syslog");
        assertRefused("region = uio:", "device name");
        assertRefused("region = a,b,c", "DATA,CONTROL");
        assertRefused("region = a@0x10+0x1000", "multiples of 4096");
        assertRefused("uri = http://a", "pkcs11:serial=");
        assertRefused("uri = pkcs11:?pin-source=1234", "uri: expected file:PATH");
        assertRefused("uri = pkcs11:?module-path=%00", "uri: expected PKCS#11 URI");
        assertRefused("run-directory = a\0b", "folder of the control socket");
    }

    @Test
    void aLineThatIsNoKeyAndValueIsRefused() {
        assertRefused("module", "expected 'key = value'");
        assertRefused("modul = /lib", "unknown key 'modul'", "maaxboard-entropy.conf(5)");
        assertRefused(" = /lib", "unknown key");
        assertEquals("f.conf:3: serial stands in line 1 already",
                assertThrows(ConfigurationException.class, () -> read("serial = 1", "", "serial = 1")).getMessage());
    }

    @Test
    void aPinInTheWrongPlaceIsNotRepeated() {
        for (var line : List.of("uri = pkcs11:?pin-value=" + SECRET, "uri = pkcs11:pin%2Dvalue=" + SECRET, "uri = " + SECRET,
                "pin-source = " + SECRET, "uri pkcs11:?pin-value:" + SECRET + " = x", "pin-source " + SECRET)) {
            var message = assertThrows(ConfigurationException.class, () -> read(line)).getMessage();
            assertFalse(message.contains(SECRET), message);
        }
    }

    @Test
    void theEnvironmentOverridesTheFileAndFlagsOverrideBoth() throws Exception {
        var file = Files.writeString(folder.resolve("c"), "serial = file\ntoken-label = file\nmix-context = file\n");
        var settings = new Settings().file(file, false)
                .environment(Map.of("MAAXBOARD_ENTROPY_SERIAL", "environment", "MAAXBOARD_ENTROPY_TOKEN_LABEL", "environment"))
                .flag(Key.SERIAL, "flag");
        var configuration = Configuration.of(settings);
        assertEquals("flag", configuration.selection().serial());
        assertEquals("environment", configuration.selection().tokenLabel());
        assertEquals("file", configuration.mixContext());
    }

    @Test
    void whereAWrongValueCameFromIsTold() {
        var fromEnvironment = assertThrows(ConfigurationException.class, () -> Configuration.of(
                new Settings().environment(Map.of("MAAXBOARD_ENTROPY_MIN_TOKENS", "none"))));
        assertEquals(ConfigurationException.Origin.ENVIRONMENT, fromEnvironment.origin());
        assertTrue(fromEnvironment.getMessage().startsWith("MAAXBOARD_ENTROPY_MIN_TOKENS = 'none'"));
        var fromFlag = assertThrows(ConfigurationException.class, () -> Configuration.of(
                new Settings().flag(Key.MIN_TOKENS, "none")));
        assertEquals(ConfigurationException.Origin.FLAG, fromFlag.origin());
        assertTrue(fromFlag.getMessage().startsWith("--min-tokens = 'none'"));
    }

    @Test
    void aFileThatIsMissingOrNoTextIsRefused() throws Exception {
        var missing = folder.resolve("none");
        assertThrows(ConfigurationException.class, () -> new Settings().file(missing, false));
        new Settings().file(missing, true);
        var binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThrows(ConfigurationException.class, () -> new Settings().file(binary, false));
        assertThrows(ConfigurationException.class, () -> new Settings().file(folder, false));
    }

    @Test
    void aHundredThousandGeneratedFilesAreReadOrRefusedWithTheirLine() {
        var random = new SplittableRandom(90);
        int read = 0;
        for (int i = 0; i < GENERATED; i++) {
            var lines = generated(random);
            try {
                var configuration = Configuration.of(new Settings().lines("f.conf", lines));
                assertTrue(configuration.slotBytes() % 64 == 0 && Integer.bitCount(configuration.slotCount()) == 1
                        && configuration.minTokens() >= 1 && configuration.byteBudget() >= 0
                        && configuration.blockBytes() >= 16 && configuration.blockBytes() <= 4096, lines::toString);
                read++;
            } catch (ConfigurationException e) {
                assertTrue(WHERE.matcher(e.getMessage()).matches() || e.getMessage().contains("\0")
                        || e.getMessage().contains("\t"), () -> lines + ": " + e.getMessage());
                assertFalse(e.getMessage().contains("pin-value=" + SECRET), () -> lines + ": " + e.getMessage());
                assertEquals(ConfigurationException.Origin.FILE, e.origin());
            }
        }
        assertTrue(read > GENERATED / 20 && read < GENERATED - GENERATED / 20, "read " + read);
    }

    private static List<String> generated(SplittableRandom random) {
        var lines = new ArrayList<String>();
        for (int left = random.nextInt(4); left >= 0; left--) {
            var key = Key.values()[random.nextInt(Key.values().length)];
            var value = random.nextBoolean() && !key.fallback().isEmpty() ? key.fallback()
                    : VALUES.get(random.nextInt(VALUES.size()));
            lines.add(mutated(key.text() + (random.nextBoolean() ? " = " : "=") + value, random));
        }
        return lines;
    }

    private static String mutated(String line, SplittableRandom random) {
        var text = new StringBuilder(line);
        for (int edits = random.nextInt(6) - 3; edits > 0 && !text.isEmpty(); edits--) {
            int at = random.nextInt(text.length());
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, c);
                default -> text.setLength(at);
            }
        }
        return text.toString();
    }
}
