// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doctor beside a running service, on a real module. */
class DoctorIT {
    private static final String MODULE = SoftHsm.MODULE.toString();

    @TempDir
    static Path folder;

    private static SoftHsm hsm;

    @BeforeAll
    static void makeTokens() throws Exception {
        hsm = new SoftHsm(folder.resolve("hsm"), "alpha", "beta");
    }

    private static Path region(String name) throws Exception {
        return Files.write(folder.resolve(name), new byte[64 * 1024]);
    }

    @Test
    void allIsOkBesideAServiceThatServes() throws Exception {
        var region = region("served").toString();
        var log = folder.resolve("log");
        var service = hsm.start(log, "run", "--module", MODULE, "--region", region, "--run-directory",
                folder.resolve("run").toString());
        try {
            for (int i = 0; i < 600 && !Files.readString(log).contains("region: OK"); i++) {
                Thread.sleep(100);
            }
            var result = hsm.entropy("doctor", "--module", MODULE, "--region", region);
            assertEquals(0, result.status(), result.out() + result.err());
            assertEquals("", result.err());
            assertTrue(result.out().lines().allMatch(line -> line.startsWith("ok ")), result.out());
            assertTrue(result.out().contains("one map: nothing enforces"), result.out());
            var json = hsm.entropy("doctor", "--module", MODULE, "--region", region, "--json");
            assertEquals(0, json.status(), json.err());
            assertTrue(json.out().startsWith("{\"ok\":true,\"checks\":[{\"name\":\"usb-controller\",\"ok\":true,"), json.out());
        } finally {
            service.destroy();
            assertTrue(service.waitFor(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void whatIsNotOkIsCountedAndEndsIn69() throws Exception {
        var result = hsm.entropy("doctor", "--module", MODULE, "--region", region("untouched").toString(), "--token-label",
                "gamma");
        assertEquals(69, result.status(), result.out());
        assertEquals("entropy: 3 of 14 checks are not ok\n", result.err());
        assertEquals(List.of("rng-flag", "trial", "region-header"), result.out().lines()
                .filter(line -> line.startsWith("not ok ")).map(line -> line.split("\\s+")[2]).toList());
        assertTrue(result.out().lines().filter(line -> line.startsWith("not ok ")).allMatch(line -> line.contains(" -> ")));
    }

    @Test
    void theTraceShowsTheCallsOfTheTrial() throws Exception {
        var result = hsm.entropy("doctor", "--module", MODULE, "--region", region("traced").toString(), "--trace");
        assertTrue(result.err().contains("32 bytes) = CKR_OK (0x0)"), result.err());
        assertTrue(result.err().contains("C_Finalize() = CKR_OK"), result.err());
    }

    @Test
    void withSpyNoBytesAreAskedFor() throws Exception {
        var module = Files.createSymbolicLink(folder.resolve("softhsm.so"), SoftHsm.MODULE);
        var spy = hsm.run("sh", "-c", "ls /usr/lib/*/pkcs11-spy.so | head -n 1").out().strip();
        Files.createSymbolicLink(folder.resolve("pkcs11-spy.so"), Path.of(spy));
        var result = hsm.entropy("doctor", "--module", module.toString(), "--region", region("spied").toString(), "--spy");
        var all = result.out() + result.err();
        assertTrue(all.contains("C_GetTokenInfo"), all);
        assertFalse(all.contains("C_GenerateRandom"), all);
        assertFalse(all.contains("C_OpenSession"), all);
        assertTrue(result.out().contains("left out: pkcs11-spy would print the bytes"), result.out());
    }
}
