// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import maaxboard.virtualtoken.fault.FaultCatalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CommandLineToolTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLineTool tool = new CommandLineTool(new PrintWriter(out, true), new PrintWriter(err, true));

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|say how",
        "nonsense|Unmatched argument",
        "usbredir|--socket",
        "relay|--socket",
        "readers --socket x|Unknown option",
        "vpcd --port 0|1 to 65535",
        "vpcd --port many|not an int",
        "vpcd --serial 12|eight hex digits",
        "vpcd --serial 00000001 --serial 00000002|2 times for 1 token",
        "vpcd --card yubikey|gnuk or 3.4",
        "vpcd --fault nope|no fault named nope",
        "vpcd --seed x|not a long",
    })
    void wrongUsageIsOneClearLineAnd64(String line, String expected) {
        assertEquals(64, tool.run(line.isEmpty() ? new String[0] : line.split(" ")));
        String last = err.toString().lines().reduce((a, b) -> b).orElseThrow();
        assertTrue(last.startsWith("virtual-token: ") && last.contains(expected), err.toString());
    }

    @Test
    void aMissingScriptIs66AndABadOne65() throws IOException {
        assertEquals(66, tool.run("vpcd", "--script", directory.resolve("none").toString()));
        Path bad = Files.writeString(directory.resolve("bad"), "wait 1s dance\n");
        assertEquals(65, tool.run("vpcd", "--script", bad.toString()));
        assertTrue(err.toString().contains("line 1"), err.toString());
    }

    @Test
    void aFileOfHashesThatCannotBeMadeIs73() {
        assertEquals(73, tool.run("vpcd", "--port", "1", "--hashes", directory.resolve("no/hashes").toString()));
    }

    @Test
    void helpNamesEveryFaultAndTheQemuFlagsOfEachTransport() {
        assertEquals(0, tool.run("--help"));
        for (FaultCatalogue.Entry entry : FaultCatalogue.entries()) {
            assertTrue(out.toString().contains(entry.meaning()), entry.usage());
        }
        for (String flag : new String[] {"usb-redir", "ccid-card-passthru", "vsmartcard-vpcd", "qemu-xhci"}) {
            assertTrue(out.toString().contains(flag), flag);
        }
        assertEquals(0, tool.run("usbredir", "--help"));
        assertEquals(0, tool.run("--version"));
    }
}
