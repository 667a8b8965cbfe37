// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import maaxboard.virtualtoken.HostPcscd;
import maaxboard.virtualtoken.VirtualToken;
import maaxboard.virtualtoken.transport.VpcdTransport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code token} on an OpenPGP card behind a real pcscd and OpenSC. */
class OpenPgpIT {
    @TempDir
    static Path folder;

    private static HostPcscd pcscd;
    private static VirtualToken card;
    private static TokenBench bench;
    private static String module;

    @BeforeAll
    static void plugIn() throws Exception {
        pcscd = HostPcscd.start(folder, 2);
        card = VirtualToken.on(new VpcdTransport(new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(0))))
                .start();
        bench = new TokenBench(folder.resolve("bench"), pcscd.environment());
        Files.writeString(bench.file("pin"), "123456\n");
        module = bench.good("sh", "-c", "ls /usr/lib/*/opensc-pkcs11.so | head -n 1").strip();
        OpenPgpKeys.awaitCard(bench);
        OpenPgpKeys.makeP256(bench, OpenPgpKeys.AUTHENTICATION);
    }

    @AfterAll
    static void unplug() {
        card.close();
        pcscd.close();
    }

    private static List<String> which(String pinFile) {
        return List.of("--module", module, "--token-label", "OpenPGP card (User PIN)", "--pin-source",
                "file:" + bench.file(pinFile));
    }

    @Test
    void aKeyOfTheCardMakesARequestAndSigns() throws Exception {
        bench.tokenGood(which("pin"), "request", "--id", "03", "--subject", "CN=card", "-o", "card.csr");
        bench.good("openssl", "req", "-in", "card.csr", "-verify", "-noout");
        Files.writeString(bench.file("card.pub"), bench.good("openssl", "req", "-in", "card.csr", "-noout", "-pubkey"));
        bench.tokenGood(which("pin"), "sign", "--id", "03", "-i", "card.csr", "-o", "card.sig");
        bench.good("openssl", "dgst", "-sha256", "-verify", "card.pub", "-signature", "card.sig", "card.csr");
        var objects = bench.tokenGood(which("pin"), "objects");
        assertTrue(objects.contains("private-key  EC:prime256v1  id 03       'Authentication key', never leaves the token"),
                objects);
    }

    @Test
    void aTls13ServerServesWithTheKeyOnTheCardAndACertificateInAFile() throws Exception {
        bench.makeAuthority();
        bench.tokenGood(which("pin"), "request", "--id", "03", "--subject", "CN=localhost", "--dns", "localhost", "-o",
                "server.csr");
        bench.sign("server.csr", "server.pem");
        try (var service = new ServiceBench(bench, which("pin"), "--tls-id", "03", "--tls-certificate",
                bench.file("server.pem").toString())) {
            var said = bench.run("openssl", "s_client", "-connect", "127.0.0.1:" + service.port(), "-CAfile", "ca.pem",
                    "-verify_return_error", "-tls1_3").out();
            assertTrue(said.contains("Peer signature type: ECDSA") && said.contains("Verify return code: 0 (ok)"), said);
            long before = card.status().challengeBytes();
            assertEquals(512, service.ask("use", "GET", "/v1/random?bytes=512", null).body().length);
            assertEquals(before + 512, card.status().challengeBytes());
            // Out and in again: the next request logs in anew and is served.
            card.cardOut();
            card.cardIn();
            OpenPgpKeys.awaitCard(bench);
            assertEquals(200, service.ask("read", "GET", "/v1/objects", null).statusCode());
        }
    }

    @Test
    void sshLogsInWithTheKeyOnTheCard() throws Exception {
        try (var door = new SshDoor(bench, bench.good("ssh-keygen", "-D", module))) {
            var said = door.login(module, bench.file("pin"));
            assertEquals("in by token\n", said.out(), said.err());
            assertEquals(255, door.login(module, bench.file("wrong-pin")).status());
        } finally {
            // The wrong PIN took a try; the right one gives it back.
            bench.tokenGood(which("pin"), "objects");
        }
    }

    @Test
    void gpgAndOpenScUseTheCardInTurnWhenScdaemonSharesIt() throws Exception {
        var home = Files.createDirectory(bench.file("gnupg"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        bench.set("GNUPGHOME", home.toString());
        try {
            Files.writeString(home.resolve("scdaemon.conf"), "disable-ccid\n");
            var card = bench.good("gpg", "--card-status");
            assertTrue(card.contains("PIN retry counter : 3 3 3"), card);
            assertEquals(69, bench.entropy("generate", "--module", module, "-n", "32", "-o", "random").status(),
                    "scdaemon holds the card for itself");
            bench.good("gpgconf", "--kill", "all");
            Files.writeString(home.resolve("scdaemon.conf"), "disable-ccid\npcsc-shared\n");
            for (int i = 0; i < 2; i++) {
                bench.good("gpg", "--card-status");
                var random = bench.entropy("generate", "--module", module, "-n", "32", "-o", "random");
                assertEquals(0, random.status(), random.err());
                bench.tokenGood(which("pin"), "sign", "--id", "03", "-i", "random", "-o", "random.sig");
            }
        } finally {
            bench.good("gpgconf", "--kill", "all");
        }
    }

    @Test
    void whatOpenScCannotDoOnACardIsSaidWithItsReturnValue() throws Exception {
        var result = bench.token(which("pin"), "keypair", "--label", "new", "--id", "09");
        assertTrue(result.status() == 69 || result.status() == 74, result.err());
        assertTrue(result.err().startsWith("token: C_GenerateKeyPair(session 0x"), result.err());
    }

    @Test
    void aWrongPinIsGivenOnceEachTimeAndALockedOneIsSaidToBeLocked() throws Exception {
        try (var other = VirtualToken.on(new VpcdTransport(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(1)))).serial("0000beef").start()) {
            var uri = "pkcs11:serial=" + OpenPgpKeys.awaitSerial(bench, "0000beef") + ";token=OpenPGP%20card%20%28User%20PIN%29";
            for (int tries = 3; tries > 0; tries--) {
                var result = bench.token(second(uri, "wrong-pin"), "objects");
                assertEquals(77, result.status(), result.err());
                assertEquals(1, logins(result), result.err());
                // OpenSC does not hand on what the card's PW status bytes say.
                assertTrue(result.err().contains("user's PIN: wrong, the token does not say how many tries are left"), result.err());
            }
            var locked = bench.token(second(uri, "pin"), "objects");
            assertEquals(77, locked.status(), locked.err());
            assertEquals(1, logins(locked), locked.err());
            assertTrue(locked.err().contains("user's PIN: locked"), locked.err());
            assertTrue(other.status().plugged());
        }
    }

    private static List<String> second(String uri, String pinFile) {
        return List.of("--module", module, "--uri", uri, "--pin-source", "file:" + bench.file(pinFile), "--trace");
    }

    private static long logins(TokenBench.Result result) {
        return result.err().lines().filter(line -> line.startsWith("trace: C_Login")).count();
    }
}
