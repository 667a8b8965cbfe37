// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One-shot commands against a real module. */
class SoftHsmIT {
    @TempDir
    static Path folder;

    private static SoftHsm hsm;

    @BeforeAll
    static void makeTokens() throws Exception {
        hsm = new SoftHsm(folder, "alpha", "beta");
    }

    private static String module() {
        return SoftHsm.MODULE.toString();
    }

    private static String field(String text, String label, String field) {
        var matcher = Pattern.compile("token label\\s*: " + label + "\\n(?:.*\\n)*?  " + field + "\\s*: (.*)\\n").matcher(text);
        assertTrue(matcher.find(), field + " of " + label + " in\n" + text);
        return matcher.group(1).strip();
    }

    @Test
    void slotsShowsWhatPkcs11ToolShows() throws Exception {
        var ours = hsm.entropy("slots", "--module", module());
        var theirs = hsm.run("pkcs11-tool", "--module", module(), "-L");
        assertEquals(0, ours.status(), ours.err());
        for (var label : List.of("alpha", "beta")) {
            for (var field : List.of("token manufacturer", "token model", "serial num", "pin min/max")) {
                assertEquals(field(theirs.out(), label, field), field(ours.out(), label, field));
            }
            assertEquals(field(theirs.out(), label, "token flags").replace(", other flags=0x20", ""),
                    field(ours.out(), label, "token flags").replace(", restore key not needed", ""));
        }
    }

    @Test
    void generateWritesAsManyBytesAsAskedForAndOthersEachTime() throws Exception {
        var first = folder.resolve("first");
        var second = folder.resolve("second");
        for (var file : List.of(first, second)) {
            var result = hsm.entropy("generate", "--module", module(), "--bytes", "1000", "-o", file.toString());
            assertEquals(0, result.status(), result.err());
            assertEquals(1000, Files.size(file));
        }
        assertNotEquals(-1, Files.mismatch(first, second));
        assertEquals(1000, hsm.entropy("generate", "--module", module(), "-n", "1000").bytes().length);
    }

    @Test
    void aTokenIsChosenByLabelSerialSlotIndexOrUri() throws Exception {
        var slots = hsm.entropy("slots", "--module", module()).out();
        var serial = field(slots, "beta", "serial num");
        var id = Pattern.compile("\\((0x[0-9a-f]+)\\).*\\n  token label\\s*: beta").matcher(slots);
        assertTrue(id.find());
        for (var choice : List.of(List.of("--token-label", "beta"), List.of("--serial", serial),
                List.of("--slot", id.group(1)), List.of("--slot", Long.decode(id.group(1)).toString()),
                List.of("--slot-index", "0"), List.of("--uri", "pkcs11:token=beta;serial=" + serial))) {
            var result = hsm.entropy("generate", "--module", module(), "-n", "16", "--trace", choice.get(0), choice.get(1));
            assertEquals(0, result.status(), result.err());
            if (!choice.get(0).equals("--slot-index")) {
                assertTrue(result.err().contains("C_OpenSession(slot " + id.group(1) + ")"), result.err());
            }
        }
    }

    @Test
    void everySessionIsClosedAndTheModuleFinalizedAlsoWhenNothingFits() throws Exception {
        var good = hsm.entropy("generate", "--module", module(), "-n", "16", "--trace");
        var calls = good.err().lines().map(line -> line.replaceAll("trace: (\\w+).*", "$1")).toList();
        assertEquals("C_Initialize", calls.getFirst());
        assertEquals(List.of("C_OpenSession", "C_GenerateRandom", "C_CloseSession", "C_Finalize"),
                calls.subList(calls.size() - 4, calls.size()));
        var bad = hsm.entropy("generate", "--module", module(), "-n", "16", "--trace", "--token-label", "gamma");
        assertEquals(69, bad.status());
        assertTrue(bad.err().contains("C_Finalize"), bad.err());
    }

    @Test
    void aPinFromAFileLogsInAndAppearsNowhere() throws Exception {
        var pin = Files.writeString(folder.resolve("pin"), SoftHsm.PIN + "\n");
        var result = hsm.entropy("generate", "--module", module(), "-n", "16", "--trace", "--token-label", "alpha",
                "--pin-source", "file:" + pin, "-o", folder.resolve("with-pin").toString());
        assertEquals(0, result.status(), result.err());
        assertTrue(result.err().contains("C_Login(session"), result.err());
        assertFalse(result.err().contains(SoftHsm.PIN));
    }

    @Test
    void theCallsGoThroughP11KitsProxyToo() throws Exception {
        var proxy = hsm.run("sh", "-c", "echo $(pkg-config --variable=proxy_module p11-kit-1)").out().strip();
        var result = hsm.entropy("generate", "--module", proxy, "-n", "256", "--token-label", "alpha", "--hex");
        assertEquals(0, result.status(), result.err());
        assertEquals(512, result.out().strip().length());
    }

    @Test
    void spyShowsTheCallsOfSlotsAndIsRefusedWhereItWouldShowRandomBytes() throws Exception {
        var shim = Files.createSymbolicLink(folder.resolve("softhsm.so"), SoftHsm.MODULE);
        var spy = hsm.run("sh", "-c", "ls /usr/lib/*/pkcs11-spy.so /usr/lib/*/pkcs11/pkcs11-spy.so 2>/dev/null | head -n 1").out().strip();
        Files.createSymbolicLink(folder.resolve("pkcs11-spy.so"), Path.of(spy));
        var slots = hsm.entropy("slots", "--module", shim.toString(), "--spy");
        assertEquals(0, slots.status(), slots.err());
        assertTrue((slots.err() + slots.out()).contains("C_GetSlotList"), slots.err());
        assertTrue(slots.out().contains("alpha"), slots.out());
        for (var command : List.of(List.of("generate", "-n", "16"), List.of("run"))) {
            var arguments = new java.util.ArrayList<>(command);
            arguments.addAll(List.of("--module", shim.toString(), "--spy"));
            var refused = hsm.entropy(arguments.toArray(String[]::new));
            assertEquals(64, refused.status());
            assertEquals(1, refused.err().lines().count(), refused.err());
            assertEquals(0, refused.bytes().length);
        }
    }
}
