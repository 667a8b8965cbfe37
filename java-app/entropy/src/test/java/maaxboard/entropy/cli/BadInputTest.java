// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.entropy.region.RegionSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong is said in one line, with the right exit code, and nothing is written. */
class BadInputTest {
    private static final int PAGE = 4096;

    @TempDir
    private Path folder;
    private Path region;

    @BeforeEach
    void aRegion() throws IOException {
        region = file("region", 64 * 1024);
    }

    private Path file(String name, int size) throws IOException {
        return Files.write(folder.resolve(name), new byte[size]);
    }

    private Map<String, String> everything() throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.walk(folder)) {
            for (var file : files.toList()) {
                found.put(file.toString(), Files.isRegularFile(file)
                        ? Files.size(file) + " " + Arrays.hashCode(Files.readAllBytes(file)) : "");
            }
        }
        return found;
    }

    /** One line that has all those parts, that code, and no file new or changed. */
    private void assertRefused(ExitCode code, List<String> parts, String... arguments) throws IOException {
        assertRefused(code, parts, new byte[0], arguments);
    }

    private void assertRefused(ExitCode code, List<String> parts, byte[] input, String... arguments) throws IOException {
        var before = everything();
        var run = Invocation.withInput(input, arguments);
        var what = Arrays.toString(arguments) + " says: " + run.err();
        assertEquals(code, run.code(), what);
        assertEquals(1, run.err().lines().count(), what);
        assertTrue(run.err().startsWith("entropy: "), what);
        parts.forEach(part -> assertTrue(run.err().contains(part), what));
        assertEquals("", run.out(), what);
        assertEquals(before, everything(), what);
    }

    @Test
    void wrongCommandsAndFlags() throws Exception {
        assertRefused(ExitCode.USAGE, List.of("frobnicate"), "frobnicate");
        assertRefused(ExitCode.USAGE, List.of("--frob", "entropy slots --help"), "slots", "--frob");
        assertRefused(ExitCode.USAGE, List.of("--bytes"), "generate", "--bytes");
        assertRefused(ExitCode.USAGE, List.of("--bytes"), "generate", "-n", "1", "-n", "2");
        assertRefused(ExitCode.USAGE, List.of("extra"), "status", "extra");
        assertRefused(ExitCode.USAGE, List.of("b"), "publish", "a", "b");
        assertRefused(ExitCode.USAGE, List.of("--serial"), "clear");
        assertRefused(ExitCode.USAGE, List.of("frobnicate"), "region", "frobnicate");
        assertEquals(ExitCode.USAGE, Invocation.of().code());
        assertEquals(ExitCode.USAGE, Invocation.of("region").code());
    }

    @Test
    void wrongNumbersOfBytes() throws Exception {
        for (var number : List.of("-1", "0", "", "x", "1.5", "1073741825", "99999999999999999999", "0x10")) {
            assertRefused(ExitCode.USAGE, List.of("--bytes", "1 to 1073741824"), "generate", "--bytes=" + number);
            assertRefused(ExitCode.USAGE, List.of("--bytes"), "region", "read", "--region", region.toString(),
                    "--bytes=" + (number.startsWith("10737") ? "9999999999999" : number));
        }
        assertRefused(ExitCode.USAGE, List.of("--bytes is missing"), "generate");
        assertRefused(ExitCode.USAGE, List.of("--bytes is missing"), "region", "read", "--region", region.toString());
        assertRefused(ExitCode.USAGE, List.of("--timeout", "seconds from 1 to 86400"), "publish", "--timeout", "0",
                region.toString());
        assertRefused(ExitCode.USAGE, List.of("--ready-fd 'x'", "a descriptor from 1 to 65535"), "run", "--ready-fd", "x");
    }

    @Test
    void wrongSelections() throws Exception {
        assertRefused(ExitCode.USAGE, List.of("--slot", "decimal or 0x"), "generate", "-n", "1", "--slot", "first");
        assertRefused(ExitCode.USAGE, List.of("--slot-index"), "generate", "-n", "1", "--slot-index", "-1");
        assertRefused(ExitCode.USAGE, List.of("--uri", "pkcs11:serial="), "generate", "-n", "1", "--uri", "http://a");
        assertRefused(ExitCode.USAGE, List.of("--pin-source"), "generate", "-n", "1", "--pin-source", "fd:x");
        assertRefused(ExitCode.USAGE, List.of("one module, got 2"), "slots", "--module", "/a /b");
    }

    @Test
    void aPinInTheUriIsRefusedAndNotRepeated() throws Exception {
        assertRefused(ExitCode.USAGE, List.of("pin-source"), "generate", "-n", "1", "--uri", "pkcs11:?pin-value=471199");
        assertFalse(Invocation.of("generate", "-n", "1", "--uri", "pkcs11:?pin-value=471199").err().contains("471199"));
        assertFalse(Invocation.of("generate", "-n", "1", "--pin-source", "471199").err().contains("471199"));
    }

    @Test
    void aMessageIsOneLineWhateverTheArgumentHolds() throws Exception {
        assertRefused(ExitCode.USAGE, List.of("--slot"), "generate", "-n", "1", "--slot", "a\nb\u001b[2J");
        assertRefused(ExitCode.USAGE, List.of("fro"), "fro\nb");
        assertRefused(ExitCode.USAGE, List.of("--module"), "slots", "--module", "a\0b");
        assertRefused(ExitCode.USAGE, List.of("is no path"), "region", "read", "-n", "1", "--region", region.toString(),
                "-o", "a\0b");
        assertRefused(ExitCode.USAGE, List.of("is no path"), "slots", "--config", "a\0b");
    }

    @Test
    void spyIsRefusedWhereRandomBytesFlow() throws Exception {
        for (var command : List.of("generate", "run")) {
            assertRefused(ExitCode.USAGE, List.of("--spy is refused", "--trace"), command, "--spy");
        }
        for (var command : List.of("publish", "assess", "status", "selftest")) {
            assertRefused(ExitCode.USAGE, List.of("--spy"), command, "--spy");
        }
    }

    @Test
    void modulesThatAreMissingOrNone() throws Exception {
        var text = file("module.so", 100);
        for (var command : List.of(List.of("slots"), List.of("generate", "-n", "1", "-o", folder.resolve("out").toString()),
                List.of("run", "--region", region.toString()))) {
            for (var module : List.of(folder.resolve("none.so"), text, folder)) {
                var arguments = new ArrayList<>(command);
                arguments.addAll(List.of("--module", module.toString()));
                assertRefused(ExitCode.UNAVAILABLE, List.of("module " + module), arguments.toArray(String[]::new));
            }
        }
    }

    @Test
    void inputThatIsMissingEmptyOrBad() throws Exception {
        var to = region.toString();
        assertRefused(ExitCode.NO_INPUT, List.of("none"), "publish", "--region", to, folder.resolve("none").toString());
        assertRefused(ExitCode.NO_INPUT, List.of("input"), "publish", "--region", to, folder.toString());
        assertRefused(ExitCode.DATA, List.of("empty"), "publish", "--region", to);
        assertRefused(ExitCode.DATA, List.of("repetition count", "nothing was written"), new byte[1000], "publish",
                "--region", to);
        assertRefused(ExitCode.DATA, List.of("more than 16777216"), new byte[(16 << 20) + 1], "publish", "--region", to);
        var biased = new byte[512];
        for (int i = 0; i < biased.length; i++) {
            biased[i] = (byte) (i % 3 == 0 ? 7 : i);
        }
        assertRefused(ExitCode.DATA, List.of("adaptive proportion"), biased, "publish", "--region", to);
    }

    @Test
    void regionsThatAreMissingOrOfWrongSize() throws Exception {
        for (var command : List.of(List.of("region", "show"), List.of("region", "read", "-n", "1"), List.of("publish"))) {
            var random = new byte[100];
            new SplittableRandom(1).nextBytes(random);
            var sizes = Map.of("none", ExitCode.NO_INPUT, "small", ExitCode.REGION, "odd", ExitCode.REGION,
                    "region@0x10000+0x10000", ExitCode.REGION, "region,small", ExitCode.REGION,
                    "region,none", ExitCode.NO_INPUT, "region@0x10+0x1000", ExitCode.USAGE, "a,b,c", ExitCode.USAGE,
                    "uio:no-such-device", ExitCode.NO_INPUT);
            file("small", 2 * PAGE - 1);
            file("odd", 3 * PAGE + 1);
            for (var size : sizes.entrySet()) {
                var arguments = new ArrayList<>(command);
                arguments.add("--region");
                arguments.add(size.getKey().startsWith("uio") || size.getKey().startsWith("a,") ? size.getKey()
                        : folder + "/" + size.getKey().replace(",", "," + folder + "/"));
                assertRefused(size.getValue(), List.of(""), random, arguments.toArray(String[]::new));
            }
        }
        assertRefused(ExitCode.REGION, List.of("slots", "need"), "0123456789abcdef".getBytes(), "publish", "--region",
                region.toString(), "--slot-count", "65536");
    }

    @Test
    void headersOfAnotherVersionOrMode() throws Exception {
        for (var change : Map.of(RegionLayout.VERSION, 2, RegionLayout.FLAGS, 0, RegionLayout.SLOT_COUNT, 1 << 20,
                RegionLayout.SLOT_BYTES, 1).entrySet()) {
            var bytes = ByteBuffer.allocate(64 * 1024).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putInt(RegionLayout.MAGIC, RegionLayout.DATA_MAGIC).putInt(RegionLayout.VERSION, 1)
                    .putInt(RegionLayout.HEADER_SIZE, PAGE).putInt(RegionLayout.SLOT_BYTES, 320)
                    .putInt(RegionLayout.SLOT_COUNT, 128).putInt(RegionLayout.FLAGS, RegionLayout.FLAG_ONE_MAP)
                    .putLong(RegionLayout.GENERATION, 1).putInt(change.getKey(), change.getValue());
            Files.write(region, bytes.array());
            assertRefused(ExitCode.REGION, List.of("region"), "region", "read", "-n", "1", "--timeout", "1", "--region",
                    region.toString());
        }
    }

    @Test
    void aRegionThatHasAProducer() throws Exception {
        try (var held = Region.open(RegionSpec.parse(region.toString()), Region.Role.PRODUCER)) {
            assertRefused(ExitCode.BUSY, List.of("another producer"), "0123456789abcdef".getBytes(), "publish", "--region",
                    region.toString());
            assertTrue(held.oneMap());
        }
    }

    @Test
    void outputThatCannotBeCreated() throws Exception {
        for (var output : List.of(folder.resolve("none/out"), folder)) {
            assertRefused(ExitCode.CANNOT_CREATE, List.of("output " + output), "region", "read", "-n", "1", "--region",
                    region.toString(), "-o", output.toString());
        }
    }

    @Test
    void nothingToRead() throws Exception {
        assertRefused(ExitCode.UNAVAILABLE, List.of("nothing came"), "region", "read", "-n", "1", "--timeout", "1",
                "--region", region.toString(), "-o", folder.resolve("out").toString());
    }

    @Test
    void aServiceThatDoesNotRun() throws Exception {
        assertRefused(ExitCode.UNAVAILABLE, List.of("no service answers"), "status", "--run-directory", folder.toString());
        assertRefused(ExitCode.UNAVAILABLE, List.of("no service answers"), "clear", "--serial", "1", "--run-directory",
                folder.toString());
    }

    @Test
    void configurationsThatAreMissingOrWrong() throws Exception {
        var bad = Files.writeString(folder.resolve("bad.conf"), "# first\nmin-tokens = none\n").toString();
        for (var command : List.of("slots", "run", "status", "doctor")) {
            assertRefused(ExitCode.CONFIGURATION, List.of(bad + ":2: min-tokens = 'none': expected"), command, "--config",
                    bad);
            assertRefused(ExitCode.CONFIGURATION, List.of("no such file"), command, "--config", folder + "/none");
        }
        assertRefused(ExitCode.CONFIGURATION, List.of(bad + ":2:"), "run", "--check-config", "--config", bad);
        assertRefused(ExitCode.CONFIGURATION, List.of("cannot be read"), "run", "--config", folder.toString());
    }

    @Test
    void everyCommandHasItsHelp() {
        for (var command : Main.fullSpec().subcommands().keySet()) {
            var help = Invocation.of(command, "--help");
            assertEquals(ExitCode.OK, help.code());
            assertTrue(help.out().startsWith("Usage: entropy " + command), help.out());
            assertEquals("", help.err());
        }
        assertEquals("entropy " + Main.VERSION, Invocation.of("--version").out().strip());
    }
}
