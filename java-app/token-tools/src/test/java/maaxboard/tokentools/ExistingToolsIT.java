// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SoftHSM2 token in the hands of pkcs11-tool, p11tool, OpenSSL's PKCS#11 engine and pam_p11. */
class ExistingToolsIT {
    private static final String KEY = "pkcs11:token=alpha;object=EC;type=private?pin-source=file:";

    @TempDir
    static Path folder;

    private static TokenBench bench;

    @BeforeAll
    static void makeTokenAndKeys() throws Exception {
        bench = new TokenBench(folder);
        bench.makeAuthority();
        tool("--init-token", "--slot-index", "0", "--label", "alpha", "--so-pin", TokenBench.SO_PIN);
        tool("--init-pin", "--token-label", "alpha", "--login", "--login-type", "so", "--so-pin", TokenBench.SO_PIN, "--pin",
                TokenBench.PIN);
        user("--keypairgen", "--key-type", "rsa:2048", "--id", "01", "--label", "RSA", "--usage-sign");
        user("--keypairgen", "--key-type", "EC:prime256v1", "--id", "02", "--label", "EC", "--usage-sign");
        // The engine takes the whole file for the PIN.
        Files.writeString(bench.file("engine-pin"), TokenBench.PIN);
        Files.writeString(bench.file("engine.cnf"), """
                openssl_conf = start
                [start]
                engines = engines
                [engines]
                pkcs11 = pkcs11
                [pkcs11]
                engine_id = pkcs11
                MODULE_PATH = %s
                init = 0
                """.formatted(TokenBench.SOFTHSM));
        bench.good("env", "OPENSSL_CONF=engine.cnf", "openssl", "req", "-new", "-engine", "pkcs11", "-keyform", "engine", "-key",
                KEY + bench.file("engine-pin"), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out",
                "engine.csr");
        bench.sign("engine.csr", "engine.pem");
        bench.good("openssl", "x509", "-in", "engine.pem", "-outform", "DER", "-out", "engine.der");
        user("--write-object", "engine.der", "--type", "cert", "--id", "02", "--label", "EC");
    }

    private static String tool(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("pkcs11-tool", "--module", TokenBench.SOFTHSM));
        command.addAll(List.of(arguments));
        return bench.good(command.toArray(String[]::new));
    }

    private static String user(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("--token-label", "alpha", "--login", "--pin", TokenBench.PIN));
        command.addAll(List.of(arguments));
        return tool(command.toArray(String[]::new));
    }

    @Test
    void whatPkcs11ToolAndTheEngineMadeIsWhatTokenLists() throws Exception {
        var theirs = user("--list-objects");
        for (var line : List.of("Private Key Object; RSA", "Private Key Object; EC", "Certificate Object; type = X.509 cert")) {
            assertTrue(theirs.contains(line), theirs);
        }
        var ours = bench.tokenGood(bench.softHsm("alpha"), "objects");
        assertTrue(ours.contains("private-key  rsa:2048       id 01       'RSA', never leaves the token"), ours);
        assertTrue(ours.contains("certificate  EC:prime256v1  id 02       'EC', CN=localhost, until"), ours);
        bench.good("openssl", "req", "-in", "engine.csr", "-verify", "-noout");
    }

    @Test
    void pkcs11ToolSignsAndOpenSslVerifies() throws Exception {
        Files.writeString(bench.file("message"), "a message");
        user("--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", "01", "--input-file", "message", "--output-file", "rsa.sig");
        user("--read-object", "--type", "pubkey", "--id", "01", "--output-file", "rsa.der");
        bench.good("openssl", "pkey", "-pubin", "-inform", "DER", "-in", "rsa.der", "-out", "rsa.pub");
        bench.good("openssl", "dgst", "-sha256", "-verify", "rsa.pub", "-signature", "rsa.sig", "message");
        var slots = bench.good("softhsm2-util", "--show-slots");
        assertTrue(slots.contains("alpha"), slots);
    }

    @Test
    void p11toolListsTokensAndObjectsByTheirUrls() throws Exception {
        var tokens = bench.good("p11tool", "--provider", TokenBench.SOFTHSM, "--list-tokens");
        var slots = bench.entropy("slots", "--module", TokenBench.SOFTHSM, "--with-token").out();
        var url = tokens.lines().filter(line -> line.contains("token=alpha")).findFirst().orElseThrow().replaceAll(".*URL: ", "");
        assertTrue(slots.contains(url), "the URI of 'entropy slots' is p11tool's\n" + slots + url);
        var all = bench.good("env", "GNUTLS_PIN=" + TokenBench.PIN, "p11tool", "--batch", "--provider", TokenBench.SOFTHSM,
                "--login", "--list-all", url);
        assertTrue(all.contains(";object=EC;type=private") && all.contains(";object=EC;type=cert"), all);
    }

    @Test
    void openSslServesTls13WithTheKeyOnTheTokenByItsEngine() throws Exception {
        var port = Integer.toString(TokenBench.freePort());
        var server = bench.background("server.log", "env", "OPENSSL_CONF=engine.cnf", "openssl", "s_server", "-accept", port,
                "-engine", "pkcs11", "-keyform", "engine", "-key", KEY + bench.file("engine-pin"), "-cert", "engine.pem",
                "-tls1_3", "-www");
        try {
            bench.awaitText("server.log", "ACCEPT");
            var said = bench.good("openssl", "s_client", "-connect", "127.0.0.1:" + port, "-CAfile", "ca.pem",
                    "-verify_return_error");
            assertTrue(said.contains("Verify return code: 0 (ok)") && said.contains("Peer signature type: ECDSA"), said);
        } finally {
            server.destroy();
            server.waitFor(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void openSslShowsAClientCertificateWhoseKeyIsOnTheToken() throws Exception {
        ServerKeys.makeFile(bench);
        var port = Integer.toString(TokenBench.freePort());
        var server = bench.background("mutual.log", "openssl", "s_server", "-accept", port, "-key", "file.key", "-cert",
                "file.pem", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error", "-tls1_3", "-www");
        try {
            bench.awaitText("mutual.log", "ACCEPT");
            bench.good("env", "OPENSSL_CONF=engine.cnf", "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-CAfile",
                    "ca.pem", "-engine", "pkcs11", "-keyform", "engine", "-key", KEY + bench.file("engine-pin"), "-cert",
                    "engine.pem");
            bench.awaitText("mutual.log", "depth=0 CN = localhost");
        } finally {
            server.destroy();
            server.waitFor(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void pamP11LetsInWithTheTokensPinAndWithNoOther() throws Exception {
        Files.createDirectories(bench.file("pam.d"));
        Files.writeString(bench.file("pam.d/token"), "auth required pam_p11.so " + TokenBench.SOFTHSM + "\n");
        Files.writeString(bench.file("authorized_keys"), bench.good("ssh-keygen", "-D", TokenBench.SOFTHSM));
        // In a mount namespace root's home and /etc/pam.d are this test's.
        Files.writeString(bench.file("pam.sh"), """
                mount -t tmpfs none /root && mkdir -m 700 /root/.ssh && mount --bind pam.d /etc/pam.d &&
                    cp authorized_keys /root/.ssh/ || exit 99
                HOME=/root exec pamtester token root authenticate <"$1"
                """);
        assertEquals(0, pam("pin").status());
        var wrong = pam("wrong-pin");
        assertEquals(1, wrong.status(), wrong.out() + wrong.err());
        assertTrue((wrong.out() + wrong.err()).contains("PIN not verified"), wrong.out() + wrong.err());
    }

    private static TokenBench.Result pam(String pinFile) throws Exception {
        var command = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
        if (!System.getProperty("user.name").equals("root")) {
            command.add("--map-root-user");
        }
        command.addAll(List.of("sh", "pam.sh", pinFile));
        return bench.run(command.toArray(String[]::new));
    }
}
