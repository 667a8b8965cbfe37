// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code token} on SoftHSM2; what they make is judged by OpenSSL and OpenSC. */
class TokenIT {
    @TempDir
    static Path folder;

    private static TokenBench bench;
    private static List<String> alpha;

    @BeforeAll
    static void makeTokens() throws Exception {
        bench = new TokenBench(folder);
        bench.makeToken("alpha");
        bench.makeToken("beta");
        bench.makeAuthority();
        alpha = bench.softHsm("alpha");
    }

    @Test
    void aTokenIsInitialisedAndNeverErasedUnasked() throws Exception {
        var slot = List.of("--module", TokenBench.SOFTHSM, "--slot-index", "2", "--pin-source", "file:" + bench.file("pin"),
                "--so-pin-source", "file:" + bench.file("so-pin"));
        assertTrue(bench.tokenGood(slot, "init", "--label", "gamma").startsWith("token 'gamma' in slot"));
        var gamma = new ArrayList<>(bench.softHsm("gamma"));
        gamma.addAll(List.of("--so-pin-source", "file:" + bench.file("so-pin")));
        bench.tokenGood(bench.softHsm("gamma"), "keypair", "--label", "first");
        var refused = bench.token(gamma, "init", "--label", "gamma");
        assertEquals(73, refused.status());
        assertTrue(refused.err().contains("is initialised"), refused.err());
        var twin = bench.token(gamma, "init", "--label", "beta", "--erase");
        assertEquals(73, twin.status());
        assertTrue(twin.err().contains("another token has the label 'beta'"), twin.err());
        assertTrue(bench.tokenGood(bench.softHsm("gamma"), "objects").contains("'first'"));
        bench.tokenGood(gamma, "init", "--label", "delta", "--erase");
        assertEquals("", bench.tokenGood(bench.softHsm("delta"), "objects"));
    }

    @Test
    void everyKindOfKeyMakesARequestThatOpenSslVerifiesAndSignsWhatItVerifies() throws Exception {
        Files.writeString(bench.file("message"), "a message");
        for (var type : List.of("rsa:2048", "EC:prime256v1", "EC:secp384r1", "EC:secp521r1")) {
            var label = type.replace(':', '-');
            bench.tokenGood(alpha, "keypair", "--key-type", type, "--label", label);
            bench.tokenGood(alpha, "request", "--label", label, "--subject", "CN=www.example.org,O=Example", "--dns",
                    "www.example.org", "--ip", "192.0.2.1", "-o", "a.csr");
            var request = bench.good("openssl", "req", "-in", "a.csr", "-verify", "-noout", "-text");
            assertTrue(request.contains("Subject: O = Example, CN = www.example.org"), request);
            assertTrue(request.contains("DNS:www.example.org, IP Address:192.0.2.1"), request);
            Files.writeString(bench.file("a.pub"), bench.good("openssl", "req", "-in", "a.csr", "-noout", "-pubkey"));
            for (var hash : List.of("sha256", "sha384", "sha512")) {
                bench.tokenGood(alpha, "sign", "--label", label, "--hash", hash, "-i", "message", "-o", "a.sig");
                assertEquals("Verified OK\n", bench.good("openssl", "dgst", "-" + hash, "-verify", "a.pub", "-signature",
                        "a.sig", "message"));
            }
        }
        bench.tokenGood(alpha, "sign", "--label", "rsa-2048", "--pss", "-i", "message", "-o", "a.sig");
        Files.writeString(bench.file("a.csr"), bench.tokenGood(alpha, "request", "--label", "rsa-2048", "--subject", "CN=r"));
        Files.writeString(bench.file("a.pub"), bench.good("openssl", "req", "-in", "a.csr", "-noout", "-pubkey"));
        bench.good("openssl", "dgst", "-sha256", "-verify", "a.pub", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                "rsa_pss_saltlen:32", "-signature", "a.sig", "message");
        assertEquals(64, bench.token(alpha, "sign", "--label", "EC-prime256v1", "--pss", "-i", "message").status());
    }

    @Test
    void theCertificateGoesBackBesideItsKeyOnceAndBesideNoOther() throws Exception {
        bench.tokenGood(alpha, "keypair", "--label", "server", "--id", "a1");
        bench.tokenGood(alpha, "keypair", "--label", "other", "--id", "a2");
        bench.tokenGood(alpha, "request", "--id", "a1", "--subject", "CN=server", "-o", "server.csr");
        bench.sign("server.csr", "server.pem");
        var wrong = bench.token(alpha, "import-certificate", "server.pem", "--id", "a2");
        assertEquals(65, wrong.status());
        assertEquals("{\"label\":\"server\",\"id\":\"a1\",\"algorithm\":\"EC:prime256v1\"}\n",
                bench.tokenGood(alpha, "import-certificate", "server.pem", "--json"));
        assertEquals(73, bench.token(alpha, "import-certificate", "server.pem").status());
        assertEquals(65, bench.token(alpha, "import-certificate", "ca.pem").status());
        assertEquals(65, bench.token(alpha, "import-certificate", "pin").status());
        assertEquals(66, bench.token(alpha, "import-certificate", "missing.pem").status());

        var theirs = bench.good("pkcs11-tool", "--module", TokenBench.SOFTHSM, "--token-label", "alpha", "--login", "--pin",
                TokenBench.PIN, "--list-objects");
        assertTrue(theirs.contains("Certificate Object; type = X.509 cert\n  label:      server"), theirs);
        assertTrue(theirs.contains("never extractable"), theirs);
        var json = bench.tokenGood(alpha, "objects", "--json");
        assertTrue(json.contains("{\"type\":\"certificate\",\"label\":\"server\",\"id\":\"a1\",\"algorithm\":\"EC:prime256v1\","
                + "\"subject\":\"CN=server\","), json);
        assertTrue(json.contains("{\"type\":\"private-key\",\"label\":\"server\",\"id\":\"a1\",\"algorithm\":\"EC:prime256v1\","
                + "\"extractable\":false}"), json);
        var back = bench.good("pkcs11-tool", "--module", TokenBench.SOFTHSM, "--token-label", "alpha", "--read-object",
                "--type", "cert", "--id", "a1", "-o", "back.der");
        assertFalse(back.contains("error"), back);
        assertEquals(bench.good("openssl", "x509", "-in", "server.pem", "-fingerprint", "-noout"),
                bench.good("openssl", "x509", "-in", "back.der", "-inform", "DER", "-fingerprint", "-noout"));
    }

    @Test
    void aLabelOrIdThatIsThereIsRefused() throws Exception {
        bench.tokenGood(alpha, "keypair", "--label", "one", "--id", "0101");
        assertEquals(73, bench.token(alpha, "keypair", "--label", "one").status());
        assertEquals(73, bench.token(alpha, "keypair", "--label", "two", "--id", "0101").status());
        assertEquals(64, bench.token(alpha, "keypair", "--label", "two", "--id", "1").status());
        assertEquals(64, bench.token(alpha, "keypair", "--label", "two", "--key-type", "rsa:1024").status());
        assertEquals(69, bench.token(alpha, "request", "--label", "three", "--subject", "CN=x").status());
        assertEquals(64, bench.token(alpha, "request", "--label", "one", "--subject", "nonsense").status());
    }

    @Test
    void aWrongPinIsGivenOnceAndWhatIsLeftIsSaid() throws Exception {
        var wrong = List.of("--module", TokenBench.SOFTHSM, "--token-label", "beta", "--pin-source",
                "file:" + bench.file("wrong-pin"));
        var result = bench.token(wrong, "objects", "--trace");
        assertEquals(77, result.status());
        assertEquals(1, result.err().lines().filter(line -> line.startsWith("trace: C_Login")).count(), result.err());
        assertTrue(result.err().contains("token: user's PIN: wrong, more than one try left"), result.err());
        assertFalse(result.err().contains("000000"), result.err());
        assertTrue(result.err().contains("C_Finalize"), result.err());
        assertEquals(77, bench.token(List.of("--module", TokenBench.SOFTHSM, "--token-label", "beta"), "keypair", "--label",
                "x").status());
    }

    @Test
    void pinsComeFromDescriptorsTooAndAppearNowhere() throws Exception {
        var command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 3<pin", "sh"));
        command.addAll(TokenBench.command(List.of("keypair", "--label", "by-descriptor", "--trace", "--json", "--module",
                TokenBench.SOFTHSM, "--token-label", "alpha", "--pin-source", "fd:3")));
        var result = bench.run(command.toArray(String[]::new));
        assertEquals(0, result.status(), result.err());
        assertTrue(result.err().contains("C_GenerateKeyPair(session"), result.err());
        assertFalse((result.out() + result.err()).contains(TokenBench.PIN));
        var pin = bench.token(List.of("--module", TokenBench.SOFTHSM, "--pin-source", TokenBench.PIN), "objects");
        assertEquals(64, pin.status());
        assertFalse(pin.err().contains(TokenBench.PIN), pin.err());
    }

    @Test
    void theProcessForbidsCoreFilesBeforeItReadsAPin() throws Exception {
        var command = new ArrayList<>(List.of("strace", "-f", "-e", "trace=prctl,openat", "-o", "calls"));
        command.addAll(TokenBench.command(List.of("objects")));
        command.addAll(alpha);
        bench.good(command.toArray(String[]::new));
        var calls = Files.readAllLines(bench.file("calls"));
        int forbidden = index(calls, "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE");
        int pin = index(calls, '"' + bench.file("pin").toString() + '"');
        assertTrue(forbidden >= 0 && forbidden < pin, forbidden + " of " + calls.size() + ", PIN at " + pin);
    }

    private static int index(List<String> lines, String part) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(part)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void anUnknownTokenAndAMissingModuleAreSaidInOneLine() throws Exception {
        var none = bench.token(bench.softHsm("omega"), "objects");
        assertEquals(69, none.status());
        assertTrue(none.err().contains("no token fits; slots with a token: 0x"), none.err());
        var several = bench.token(List.of("--module", TokenBench.SOFTHSM), "objects");
        assertEquals(69, several.status());
        assertTrue(several.err().contains("tokens fit, one has to be chosen"), several.err());
        assertEquals(69, bench.token(List.of("--module", "/nowhere.so"), "objects").status());
        for (var result : List.of(none, several)) {
            assertEquals(1, result.err().lines().count(), result.err());
        }
    }
}
