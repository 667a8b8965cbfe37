// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input that a real module, a real user or a real signal is needed for. */
class BadInputIT {
    @TempDir
    static Path folder;

    private static SoftHsm hsm;

    @BeforeAll
    static void makeTokens() throws Exception {
        hsm = new SoftHsm(folder.resolve("hsm"), "alpha");
        Files.write(folder.resolve("region"), new byte[64 * 1024]);
    }

    private static void assertRefused(int status, SoftHsm.Result result, String... parts) throws Exception {
        assertEquals(status, result.status(), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        for (var part : parts) {
            assertTrue(result.err().contains(part), result.err());
        }
        assertEquals("", result.out());
        assertFalse(Files.exists(folder.resolve("out")));
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.filter(file -> file.toString().endsWith(".part")).toList());
        }
        assertEquals(-1, Files.mismatch(folder.resolve("region"), Files.write(folder.resolve("zero"), new byte[64 * 1024])));
    }

    private static SoftHsm.Result generate(String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "-o",
                folder.resolve("out").toString()));
        arguments.addAll(List.of(more));
        return hsm.entropy(arguments.toArray(String[]::new));
    }

    /** Runs without the capabilities that let root pass by file modes. */
    private static SoftHsm.Result unprivileged(String... arguments) throws Exception {
        var command = new ArrayList<String>();
        if ((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0) {
            command.addAll(List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all"));
        }
        command.addAll(SoftHsm.command(arguments));
        return hsm.run(command.toArray(String[]::new));
    }

    @Test
    void aSlotThatDoesNotExistIsAnsweredWithThoseThatDo() throws Exception {
        assertRefused(69, generate("--slot", "0x7fffffff"), "slots with a token: 0x", "alpha");
        assertRefused(69, generate("--slot-index", "99"), "alpha");
        assertRefused(69, generate("--token-label", "gamma"), "alpha");
        assertRefused(69, generate("--uri", "pkcs11:serial=none"), "alpha");
    }

    @Test
    void aTokenWithoutRandomGeneratorIsNamed() throws Exception {
        var module = hsm.run("sh", "-c", "ls /usr/lib/*/pkcs11/p11-kit-trust.so").out().strip();
        assertRefused(69, hsm.entropy("generate", "-n", "16", "--module", module), "no token has a random generator",
                "no random generator)");
    }

    @Test
    void aModuleWithoutTokenSaysWhatToDo() throws Exception {
        var empty = hsm.run("sh", "-c", "ls /usr/lib/*/pkcs11/p11-kit-client.so").out().strip();
        assertRefused(69, hsm.entropy("generate", "-n", "16", "--module", empty));
    }

    @Test
    void aWrongPinIsNotPermitted() throws Exception {
        var pin = Files.writeString(folder.resolve("wrong-pin"), "000000\n");
        var result = generate("--pin-source", pin.toString());
        assertRefused(77, result, "CKR_PIN_INCORRECT (0xa0)");
        assertFalse(result.err().contains("000000"));
        assertRefused(74, generate("--pin-source", folder.resolve("no-pin").toString()), "pin-source");
    }

    @Test
    void filesOfOthersAreNotPermitted() throws Exception {
        var locked = Files.createFile(folder.resolve("locked"));
        Files.write(locked, new byte[64 * 1024]);
        Files.setPosixFilePermissions(locked, Set.of());
        assertRefused(77, unprivileged("region", "show", "--region", locked.toString()), "locked");
        assertRefused(73, unprivileged("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "-o",
                locked.toString()), "may not be written");
        assertRefused(66, unprivileged("publish", "--region", folder.resolve("region").toString(), locked.toString()));
    }

    @Test
    void outputThatCannotBeCreatedOrWritten() throws Exception {
        assertRefused(73, hsm.entropy("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "-o",
                folder.resolve("none/out").toString()), "none/out");
        assertRefused(74, hsm.entropy("generate", "--module", SoftHsm.MODULE.toString(), "-n", "16", "-o", "/dev/full"));
    }

    @Test
    void standardOutputThatIsFullOrGoneIsNoSuccess() throws Exception {
        for (var arguments : List.of(List.of("generate", "-n", "100000000"), List.of("slots"))) {
            var command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >/dev/full", "sh"));
            var all = new ArrayList<>(arguments);
            all.addAll(List.of("--module", SoftHsm.MODULE.toString()));
            command.addAll(SoftHsm.command(all.toArray(String[]::new)));
            assertRefused(74, hsm.run(command.toArray(String[]::new)), "standard output");
        }
    }

    @Test
    void theServiceRefusesARegionOrFolderItCannotUse() throws Exception {
        assertRefused(73, hsm.entropy("run", "--module", SoftHsm.MODULE.toString(), "--region",
                folder.resolve("region").toString(), "--run-directory", "/proc/none"), "run-directory");
        assertRefused(66, hsm.entropy("run", "--module", SoftHsm.MODULE.toString(), "--region",
                folder.resolve("none").toString(), "--run-directory", folder.resolve("run").toString()), "no file");
    }

    @Test
    void aWrongValueInTheEnvironmentIsAWrongConfiguration() throws Exception {
        var command = new ArrayList<>(List.of("env", "MAAXBOARD_ENTROPY_MIN_TOKENS=none"));
        command.addAll(SoftHsm.command("slots"));
        assertRefused(78, hsm.run(command.toArray(String[]::new)), "MAAXBOARD_ENTROPY_MIN_TOKENS = 'none'");
    }

    @Test
    void anInterruptedCommandLeavesNoFile() throws Exception {
        var err = folder.resolve("interrupted.err");
        var process = hsm.start(err, "generate", "--module", SoftHsm.MODULE.toString(), "-n", "1000000000", "-o",
                folder.resolve("out").toString());
        for (int i = 0; i < 600 && !partThere(); i++) {
            Thread.sleep(100);
        }
        assertEquals(0, new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(130, process.exitValue());
        assertFalse(Files.exists(folder.resolve("out")));
        assertFalse(partThere());
    }

    private static boolean partThere() throws Exception {
        try (var files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".part"));
        }
    }
}
