// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import maaxboard.virtualtoken.card.Profile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys of the card, made and used by OpenSC and GnuPG. */
@Timeout(300)
final class KeysIT {
    private static final String READER = "Virtual PCD 0 00 00";
    private static final String PIN = "123456";

    @TempDir
    Path directory;

    private HostBench bench;
    private Path gnupg;

    @BeforeEach
    void startPcscd() throws IOException {
        bench = new HostBench(directory);
        gnupg = Files.createDirectory(
                directory.resolve("gnupg"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(gnupg.resolve("scdaemon.conf"), "disable-ccid\n");
    }

    @AfterEach
    void stopPcscd() throws Exception {
        bench.run("gpgconf", "--kill", "all");
        bench.close();
    }

    @Test
    void openScMakesKeysAndSignsWithThem() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            for (String key : new String[] {"1", "2"}) {
                bench.run("openpgp-tool", "--verify", "CHV3", "--pin", "12345678", "--gen-key", key, "--key-type", "rsa2048");
            }
            String tested = bench.run("pkcs11-tool", "--test", "--login", "--pin", PIN);
            assertTrue(tested.contains("No errors"), tested);

            Path message = Files.writeString(directory.resolve("message"), "a message");
            Path signature = directory.resolve("signature");
            Path key = directory.resolve("key");
            bench.run("pkcs11-tool", "--slot-index", "1", "--read-object", "--type", "pubkey", "--id", "01",
                    "--output-file", key.toString());
            bench.run("pkcs11-tool", "--slot-index", "1", "--login", "--pin", PIN, "--sign", "--mechanism",
                    "SHA256-RSA-PKCS", "--id", "01", "--input-file", message.toString(), "--output-file",
                    signature.toString());
            var verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(Files.readAllBytes(key))));
            verifier.update(Files.readAllBytes(message));
            assertTrue(verifier.verify(Files.readAllBytes(signature)));
            assertTrue(token.status().commands() > 0);
        }
    }

    @Test
    void gpgMakesRsaKeysSignsAndDecrypts() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            signAndDecrypt(generation("admin", "generate", "quit"), "rsa2048");
            assertEquals("43211234", token.status().serial());
        }
    }

    @Test
    void gpgMakesCurve25519KeysSignsAndDecrypts() throws Exception {
        try (var token = bench.token(0).profile(Profile.OPENPGP_34).start()) {
            bench.awaitCard(READER);
            signAndDecrypt(
                    generation("admin", "key-attr", "generate", "quit")
                            .answer("cardedit.genkeys.algo", "2", "2", "2")
                            .answer("keygen.curve", "1", "1", "1"),
                    "ed25519");
            assertEquals("43211234", token.status().serial());
        }
    }

    @Test
    void gpgMakesP256KeysSignsAndDecrypts() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            signAndDecrypt(
                    generation("admin", "key-attr", "generate", "quit")
                            .answer("cardedit.genkeys.algo", "2", "2", "2")
                            .answer("keygen.curve", "3", "3", "3"),
                    "nistp256");
            assertEquals("43211234", token.status().serial());
        }
    }

    private static GnuPgConversation generation(String... commands) {
        return new GnuPgConversation()
                .answer("cardedit.prompt", commands)
                .answer("cardedit.genkeys.backup_enc", "n")
                .answer("keygen.valid", "0")
                .answer("keygen.name", "Tester")
                .answer("keygen.email", "tester@example.org");
    }

    private void signAndDecrypt(GnuPgConversation generation, String algorithm) throws Exception {
        String said = generation.run(bench.pcscd, gnupg);
        assertTrue(said.contains("KEY_CREATED"), said);
        String listed = bench.run("gpg", "--list-secret-keys");
        assertTrue(listed.contains("sec>  " + algorithm), listed);

        String message = Files.writeString(directory.resolve("message"), "a message").toString();
        String signature = directory.resolve("signature").toString();
        String secret = directory.resolve("secret").toString();
        bench.run("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", PIN,
                "--output", signature, "--detach-sign", message);
        bench.run("gpg", "--verify", signature, message);
        bench.run("gpg", "--batch", "--trust-model", "always", "--recipient", "tester@example.org",
                "--output", secret, "--encrypt", message);
        assertEquals("a message", bench.output("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback",
                "--passphrase", PIN, "--decrypt", secret));
    }
}
