// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Keys on an OpenPGP card, made by the commands that OpenPGP card 3.4 section 7.2 names and OpenSC's opensc-tool sends. */
final class OpenPgpKeys {
    /** Control reference template, algorithm attributes and fingerprint of the key for INTERNAL AUTHENTICATE. */
    static final List<String> AUTHENTICATION = List.of("A4", "C3", "C9");

    private static final String SELECT = "00:A4:04:00:06:D2:76:00:01:24:01";
    private static final String VERIFY_ADMIN = "00:20:00:83:08:31:32:33:34:35:36:37:38";
    private static final String P256 = "13:2A:86:48:CE:3D:03:01:07";

    private OpenPgpKeys() {
    }

    /** Makes a NIST P-256 key. OpenSC takes a key for there when it has a fingerprint. */
    static void makeP256(TokenBench bench, List<String> key) throws Exception {
        var fingerprint = new ArrayList<String>();
        for (int i = 1; i <= 20; i++) {
            fingerprint.add("%02X".formatted(i));
        }
        var said = bench.good("opensc-tool", "-s", SELECT, "-s", VERIFY_ADMIN, "-s", "00:DA:00:" + key.get(1) + ":09:" + P256,
                "-s", "00:47:80:00:02:" + key.get(0) + ":00:00", "-s",
                "00:DA:00:" + key.get(2) + ":14:" + String.join(":", fingerprint));
        assertTrue(Pattern.compile("(?s)(SW1=0x90, SW2=0x00.*){5}").matcher(said).find(), said);
    }

    static void awaitCard(TokenBench bench) throws Exception {
        for (int i = 0; !bench.run("opensc-tool", "--list-readers").out().contains("Yes"); i++) {
            assertTrue(i < 600, "no card in a minute");
            Thread.sleep(100);
        }
    }

    /** Waits for a token whose serial number ends so, and gives the whole of it. */
    static String awaitSerial(TokenBench bench, String end) throws Exception {
        for (int i = 0; i < 600; i++) {
            var matcher = Pattern.compile("serial num +: (\\w*" + end + ")").matcher(bench.run("pkcs11-tool", "-L").out());
            if (matcher.find()) {
                return matcher.group(1);
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no token " + end + " in a minute");
    }
}
