// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts around the guest: what they say and exit with when something is not as it should be. */
class HostToolsTest {
    @TempDir
    Path folder;

    private record Outcome(int status, List<String> errors) {}

    private Outcome run(Map<String, String> environment, String script, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Project.top().resolve(script).toString()));
        command.addAll(List.of(arguments));
        var errors = folder.resolve("errors");
        var builder = new ProcessBuilder(command).redirectError(errors.toFile())
                .redirectInput(new File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        return new Outcome(status, Files.readAllLines(errors));
    }

    /** A command that comes before the host's own of that name. */
    private void command(String name, String text) throws IOException {
        var file = Files.createDirectories(folder.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    private Map<String, String> path() {
        return Map.of("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    }

    @Test
    void anImagesFolderWithoutAKernelIsRefusedAndNothingIsLeftBehind() throws Exception {
        var outcome = run(Map.of(), "board/qemu/run.sh", folder.toString(), folder.resolve("run").toString());
        assertEquals(66, outcome.status());
        assertEquals(List.of("run.sh: no Image in " + folder), outcome.errors());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void aDemoOfAFolderWithoutImagesIsRefusedBeforeAnythingIsBuilt() throws Exception {
        var outcome = run(Map.of("IMAGES", folder.toString()), "board/qemu/demo.sh", "demo");
        assertEquals(66, outcome.status());
        assertEquals(List.of("demo.sh: no Image in " + folder), outcome.errors());
    }

    @Test
    void bootingWithoutAFolderIsAUsageError() throws Exception {
        assertEquals(64, run(Map.of(), "board/qemu/run.sh").status());
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, 64, 'demo.sh: CARD is usb, passthru, certificates, host or host:VID:PID, or several of them with commas, not nonsense'",
        "'passthru,usb2', 64, 'demo.sh: CARD is usb, passthru, certificates, host or host:VID:PID, or several of them with commas, not usb2'",
        "host:20a0, 64, 'demo.sh: CARD=host:VID:PID has two numbers of four hex digits, not 20a0'",
        "host:20a0:42111, 64, 'demo.sh: CARD=host:VID:PID has two numbers of four hex digits, not 20a0:42111'",
        "host:FFFF:fffe, 69, 'demo.sh: no USB device ffff:fffe on this host; ''lsusb'' tells which there are'",
    })
    void aCardThatThereIsNotIsRefusedInOneLineBeforeAnythingIsBuilt(String card, int status, String line) throws Exception {
        var outcome = run(Map.of("CARD", card), "board/qemu/demo.sh", "run");
        assertEquals(List.of(line), outcome.errors());
        assertEquals(status, outcome.status());
    }

    @Test
    void withoutCertutilThePackageIsNamedThatHasIt() throws Exception {
        for (var tool : List.of("dirname", "tr")) {
            command(tool, "PATH=/usr/bin:/bin exec " + tool + " \"$@\"");
        }
        var outcome = run(Map.of("CARD", "certificates", "PATH", folder.resolve("bin").toString()), "board/qemu/demo.sh", "run");
        assertEquals(List.of("demo.sh: no certutil on this host: apt-get install libnss3-tools"), outcome.errors());
        assertEquals(69, outcome.status());
    }

    @Test
    void withoutAPcscdTheHostsCardIsRefusedInOneLineBeforeTheGuestBoots() throws Exception {
        var outcome = run(Map.of("CARD", "host", "PCSCLITE_CSOCK_NAME", folder.resolve("none").toString()),
                "board/qemu/console.sh", folder.toString(), folder.resolve("run").toString());
        assertEquals(List.of("virtual-token: SCardEstablishContext: 0x8010001D (SCARD_E_NO_SERVICE: is pcscd running?)"),
                outcome.errors());
        assertEquals(69, outcome.status());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void theDemoHasItsOwnCard() throws Exception {
        var outcome = run(Map.of("CARD", "passthru"), "board/qemu/demo.sh", "demo");
        assertEquals(List.of("demo.sh: CARD is for 'make run'"), outcome.errors());
        assertEquals(64, outcome.status());
    }

    @Test
    void withoutRootAndSudoTheMissingPackagesAreNamedInOneLineToRun() throws Exception {
        command("dpkg-query", "case $* in *' maven') exit 1;; *) printf installed;; esac");
        command("id", "echo 1000");
        command("sudo", "exit 1");
        var outcome = run(path(), "board/qemu/prerequisites.sh", "demo");
        assertEquals(69, outcome.status());
        assertEquals("apt-get update && apt-get install -y --no-install-recommends maven", outcome.errors().getLast());
    }

    @Test
    void withSudoTheMissingPackagesAreInstalledThroughIt() throws Exception {
        command("dpkg-query", "case $* in *' maven') exit 1;; *) printf installed;; esac");
        command("id", "echo 1000");
        command("sudo", "[ \"$1\" = -n ] || echo \"$@\" >>" + folder.resolve("called"));
        var outcome = run(path(), "board/qemu/prerequisites.sh", "demo");
        assertEquals(0, outcome.status(), outcome.errors().toString());
        assertEquals(List.of("apt-get -q update", "apt-get install -y --no-install-recommends maven"),
                Files.readAllLines(folder.resolve("called")));
    }

    @Test
    void anOldQemuOfTheHostIsNotUsed() throws Exception {
        command("qemu-system-aarch64", "echo 'QEMU emulator version 7.2.22'; echo used >>" + folder.resolve("used"));
        command("dpkg", "exit 70");
        var outcome = run(Map.of("PATH", path().get("PATH")), "board/qemu/qemu.sh", "--version");
        assertFalse(outcome.status() == 0);
        assertEquals(1, Files.readAllLines(folder.resolve("used")).size());
    }

    @Test
    void anOldJdkInJavaHomeIsPassedOverAndANewOneIsKept() throws Exception {
        var old = jdk("old", "17.0.15");
        var young = jdk("young", "26-ea");
        assertEquals(young.toString(), javaHome(young));
        assertFalse(javaHome(old).equals(old.toString()));
    }

    private Path jdk(String name, String version) throws IOException {
        var home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        for (var tool : List.of("javac", "jlink")) {
            var file = Files.writeString(home.resolve("bin/" + tool), "");
            assertTrue(file.toFile().setExecutable(true));
        }
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private String javaHome(Path wanted) throws Exception {
        var builder = new ProcessBuilder(Project.top().resolve("java-app/jdk.sh").toString());
        builder.environment().put("JAVA_HOME", wanted.toString());
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes()).strip();
        assertEquals(0, process.waitFor());
        return said;
    }
}
