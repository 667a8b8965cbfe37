// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code make check-toolbox}: one guest of the toolbox's image with a virtual token in its USB port, and behind
 * virtio-serial ports a TPM and p11-kit's server with another virtual token, as they would be on another machine. The
 * name keeps it out of {@code make check}: no other image has these programs.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ToolboxCheck {
    private static final String SERIAL = "43211234";
    private static final String OPENSC = "/usr/lib/opensc-pkcs11.so";

    @TempDir
    static Path folder;

    private FarMachine far;
    private Guest guest;
    private Token token;
    private Consumer consumer;

    @BeforeAll
    void boot() throws Exception {
        far = new FarMachine(folder);
        guest = Guest.start(Project.images(), Project.top().resolve("build/log/toolbox.console"), Map.of("MEMORY", "384"),
                far.qemuOptions());
        token = Token.plugInto(guest, 0, SERIAL);
        consumer = Consumer.attach(guest);
        guest.awaitShell();
        ask("cd /tmp; mkdir -p tokens; echo directories.tokendir = /tmp/tokens >softhsm2.conf");
        ask("export SOFTHSM2_CONF=/tmp/softhsm2.conf M=/usr/lib/softhsm/libsofthsm2.so P=471199 S=99887766");
        ask("echo $P >pin; printf $P >engine-pin; echo $S >so-pin; echo 123456 >card-pin; echo 000000 >wrong-pin; echo text >message");
        ask("u() { pkcs11-tool --module $M --token-label alpha --login --pin $P \"$@\"; }");
        ask("openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Authority -days 2 2>&1");
        ask("authority() { openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -days 1 -out $1.pem 2>&1; }");
        ask("pkcs11-tool --module $M --init-token --slot-index 0 --label alpha --so-pin $S");
        ask("pkcs11-tool --module $M --init-pin --token-label alpha --login --login-type so --so-pin $S --pin $P");
    }

    @AfterAll
    void switchOff() {
        if (consumer != null) {
            consumer.close();
        }
        if (token != null) {
            token.close();
        }
        if (guest != null) {
            guest.close();
        }
        if (far != null) {
            far.close();
        }
    }

    /** What a command says, which must succeed. */
    private String ask(String command) {
        var result = guest.run(command);
        assertEquals(0, result.status(), command + ": " + result.output());
        return result.output().strip();
    }

    private static void assertHas(String text, String... parts) {
        for (var part : parts) {
            assertTrue(text.contains(part), part + " is not in:\n" + text);
        }
    }

    @Test
    @Order(1)
    void pkcs11ToolMakesKeysWhoseRequestComesFromOpenSslAndWhoseCertificateGoesBack() {
        ask("u --keypairgen --key-type rsa:2048 --id 01 --label RSA --usage-sign");
        ask("u --keypairgen --key-type EC:prime256v1 --id 02 --label EC --usage-sign");
        ask("printf 'openssl_conf=a\\n[a]\\nengines=b\\n[b]\\npkcs11=c\\n[c]\\nengine_id=pkcs11\\nMODULE_PATH=%s\\ninit=0\\n' $M >engine.cnf");
        ask("K='pkcs11:token=alpha;object=EC;type=private?pin-source=file:/tmp/engine-pin'; export K");
        ask("OPENSSL_CONF=engine.cnf openssl req -new -engine pkcs11 -keyform engine -key \"$K\" -subj /CN=guest -out ec.csr 2>&1");
        ask("openssl req -in ec.csr -verify -noout 2>&1");
        ask("authority ec && openssl x509 -in ec.pem -outform DER -out ec.der");
        ask("u --write-object ec.der --type cert --id 02 --label EC");
        assertHas(ask("u --list-objects"), "Private Key Object; RSA", "Private Key Object; EC",
                "Certificate Object; type = X.509 cert");
    }

    @Test
    @Order(2)
    void whatPkcs11ToolSignsOpenSslVerifies() {
        ask("u --sign --mechanism SHA256-RSA-PKCS --id 01 --input-file message --output-file rsa.sig");
        // SoftHSM2 signs a hash with an EC key, and makes none itself.
        ask("openssl dgst -sha256 -binary -out hash message");
        ask("u --sign --mechanism ECDSA --signature-format openssl --id 02 --input-file hash --output-file ec.sig");
        for (var id : List.of("01 rsa", "02 ec")) {
            var words = id.split(" ");
            ask("u --read-object --type pubkey --id %s --output-file %s.der".formatted((Object[]) words));
            ask("openssl pkey -pubin -inform DER -in %1$s.der -out %1$s.pub".formatted(words[1]));
            assertEquals("Verified OK", ask("openssl dgst -sha256 -verify %1$s.pub -signature %1$s.sig message".formatted(words[1])));
        }
    }

    @Test
    @Order(3)
    void softhsm2UtilMakesATokenAndP11toolListsAllByTheirUrls() {
        ask("softhsm2-util --init-token --free --label beta --pin $P --so-pin $S");
        assertHas(ask("softhsm2-util --show-slots"), "alpha", "beta");
        var tokens = ask("p11tool --list-tokens 2>/dev/null");
        assertHas(tokens, "token=alpha", "token=beta", "serial=fffe" + SERIAL);
        var url = tokens.lines().filter(line -> line.contains("token=alpha")).findFirst().orElseThrow().replaceAll(".*URL: ", "");
        assertHas(ask("entropy slots --module $M"), url);
        assertHas(ask("GNUTLS_PIN=$P p11tool --batch --login --list-all '" + url + "' 2>/dev/null"), ";object=EC;type=private",
                ";object=EC;type=cert", ";object=RSA;type=private");
    }

    @Test
    @Order(4)
    void tokenGoesFromAnEmptyTokenToACertificateAndASignature() {
        ask("token init --module $M --slot-index 2 --label gamma --so-pin-source file:so-pin --pin-source file:pin");
        ask("t() { c=$1; shift; token $c --module $M --token-label gamma --pin-source file:pin \"$@\"; }");
        assertEquals("{\"label\":\"web\",\"id\":\"01\",\"algorithm\":\"EC:prime256v1\"}", ask("t keypair --label web --json"));
        ask("t request --label web --subject CN=guest,O=Example --dns guest -o web.csr && openssl req -in web.csr -verify -noout 2>&1");
        ask("authority web && t import-certificate web.pem");
        assertHas(ask("t objects"), "certificate  EC:prime256v1  id 01       'web', CN=guest,O=Example",
                "private-key  EC:prime256v1  id 01       'web', never leaves the token");
        ask("t sign --label web -i message -o web.sig && openssl req -in web.csr -noout -pubkey >web.pub");
        assertEquals("Verified OK", ask("openssl dgst -sha256 -verify web.pub -signature web.sig message"));
        var wrong = guest.run("token objects --module $M --token-label gamma --pin-source file:wrong-pin");
        assertEquals(77, wrong.status(), wrong.output());
        assertHas(wrong.output(), "user's PIN: wrong, more than one try left");
        var serve = guest.run("token serve --module $M --token-label gamma --pin-source file:pin --clients pin --tls-label web");
        assertEquals(69, serve.status(), serve.output());
        assertHas(serve.output(), "no module jdk.httpserver");
        assertEquals(1, serve.output().strip().lines().count(), serve.output());
    }

    @Test
    @Order(5)
    void aKeyOfTheCardIsOneOfSshsAndOfToken() {
        // A P-256 key for authentication: VERIFY, algorithm attributes, GENERATE, fingerprint (OpenPGP card 3.4, 7.2).
        var made = ask("opensc-tool -s 00:A4:04:00:06:D2:76:00:01:24:01 -s 00:20:00:83:08:31:32:33:34:35:36:37:38"
                + " -s 00:DA:00:C3:09:13:2A:86:48:CE:3D:03:01:07 -s 00:47:80:00:02:A4:00:00"
                + " -s 00:DA:00:C9:14:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14");
        assertEquals(5, made.lines().filter(line -> line.contains("SW1=0x90, SW2=0x00")).count(), made);
        assertHas(ask("ssh-keygen -D " + OPENSC + " 2>&1"), "ecdsa-sha2-nistp256 ");
        ask("token request --module " + OPENSC + " --token-label 'OpenPGP card (User PIN)' --pin-source file:card-pin --id 03"
                + " --subject CN=card -o card.csr && openssl req -in card.csr -verify -noout 2>&1");
    }

    @Test
    @Order(6)
    void pamP11LetsInWithTheTokensPinAndWithNoOther() {
        ask("mkdir -p -m 700 /root/.ssh && ssh-keygen -D $M >/root/.ssh/authorized_keys && mkdir -p /etc/pam.d");
        ask("echo auth required pam_p11.so $M >/etc/pam.d/token");
        assertHas(ask("HOME=/root pamtester token root authenticate <pin"), "successfully authenticated");
        var wrong = guest.run("HOME=/root pamtester token root authenticate <wrong-pin");
        assertEquals(1, wrong.status(), wrong.output());
        assertHas(wrong.output(), "PIN not verified");
    }

    @Test
    @Order(7)
    void gpgAndTheServiceUseTheCardTogetherWhenScdaemonSharesIt() {
        consumer.awaitState(State.OK);
        ask("export GNUPGHOME=/tmp/gnupg; mkdir -m 700 gnupg; printf 'disable-ccid\\npcsc-shared\\n' >gnupg/scdaemon.conf");
        var answers = new AnswerLog(token);
        for (int i = 0; i < 2; i++) {
            assertHas(ask("gpg --card-status 2>&1"), "PIN retry counter : 3 ", SERIAL.toUpperCase(java.util.Locale.ROOT));
            consumer.take(200).forEach(slot -> assertTrue(answers.follows(slot.payload()), slot.toString()));
            ask("entropy generate -n 32 -o random");
        }
        ask("gpgconf --kill all");
        assertEquals(State.OK, consumer.header().state());
    }

    @Test
    @Order(8)
    void aTpmBehindTpm2Pkcs11IsATokenWithRandomBytesAndKeys() {
        // tpm2-pkcs11 opens the TPM once for each of its tokens; a port can be opened once.
        ask("(socat PTY,link=/run/tpm,rawer OPEN:/dev/virtio-ports/tpm 2>tpm.log &); until [ -e /run/tpm ]; do sleep 0.1; done");
        ask("mkdir store; export TPM2_PKCS11_STORE=/tmp/store TPM2_PKCS11_TCTI=device:/run/tpm TSS2_LOG=all+none");
        ask("T=/usr/lib/pkcs11/libtpm2_pkcs11.so; token init --module $T --slot-index 0 --label tpm --so-pin-source file:so-pin"
                + " --pin-source file:pin");
        ask("entropy generate --module $T --token-label tpm -n 1000 -o tpm.random");
        assertEquals("1000", ask("wc -c <tpm.random"));
        ask("t() { c=$1; shift; token $c --module $T --token-label tpm --pin-source file:pin \"$@\"; }; t keypair --label key");
        ask("t request --label key --subject CN=tpm -o tpm.csr && openssl req -in tpm.csr -verify -noout 2>&1");
        assertHas(ask("t objects"), "'key', never leaves the token");
    }

    @Test
    @Order(9)
    void aReaderThatTheDriverDoesNotListIsNoReaderUntilItIsAdded() {
        ask("export L=/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist");
        // The image's own additions are there, and pcscd took the list with them.
        ask("grep -qi '<string>0x2308</string>' $L && grep -q 'ACS ACR1552 CL Reader' $L");
        ask("cp $L list; sed -i s/0x4211/0x4fff/ $L && /etc/init.d/S60pcscd restart");
        consumer.awaitState(State.WAITING);
        var doctor = guest.run("entropy doctor");
        assertEquals(69, doctor.status(), doctor.output());
        assertHas(doctor.output(), "lists reader 20a0:4211", "add-readers");
        assertFalse(guest.run("pkcs11-tool -L").output().contains(SERIAL));
        ask("echo 20a0:4211 A token of this test >readers; add-readers readers && /etc/init.d/S60pcscd restart");
        consumer.awaitState(State.OK);
        assertHas(ask("opensc-tool --list-readers"), "A token of this test");
        ask("entropy doctor");
        ask("cat list >$L; /etc/init.d/S60pcscd restart");
        consumer.awaitState(State.OK);
    }

    @Test
    @Order(10)
    void randomBytesComeFromATokenOfAnotherMachine() {
        ask("(far-token /run/far /dev/virtio-ports/far0 /dev/virtio-ports/far1 2>far.log &)");
        ask("export P11_KIT_SERVER_ADDRESS=unix:path=/run/far C=/usr/lib/pkcs11/p11-kit-client.so; until [ -S /run/far ]; do sleep 0.1; done");
        var answers = new AnswerLog(far::hashes);
        // One client behind another on a port, and two at once on two.
        for (int i = 0; i < 3; i++) {
            var hex = ask("entropy generate --module $C -n 256 --hex 2>far.err");
            assertTrue(answers.follows(HexFormat.of().parseHex(hex.replaceAll("\\s", ""))), hex);
        }
        ask("entropy generate --module $C -n 64 -o far.1 & a=$!; entropy generate --module $C -n 64 -o far.2; wait $a");
        assertEquals("64 64", ask("echo $(wc -c <far.1) $(wc -c <far.2)"));
    }

    @Test
    @Order(11)
    void theServiceTakesThemTooAndComesBackAfterTheLinkBroke() throws Exception {
        ask("mkdir -p /etc/default; echo export P11_KIT_SERVER_ADDRESS=$P11_KIT_SERVER_ADDRESS >/etc/default/maaxboard-entropy");
        ask("sed -i \"s|^#*module = .*|module = $C|\" /etc/maaxboard-entropy.conf");
        long before = consumer.header().generation();
        ask(Bench.SERVICE + " restart");
        guest.await("another generation", () -> consumer.header().generation() != before);
        consumer.awaitState(State.OK);
        drain();
        var answers = new AnswerLog(far::hashes);
        consumer.take(50).forEach(slot -> assertTrue(answers.follows(slot.payload()), slot.toString()));
        far.server().close();
        consumer.awaitState(State.WAITING);
        far.server().serve();
        consumer.awaitState(State.OK);
        consumer.take(200).forEach(slot -> assertTrue(answers.follows(slot.payload()), slot.toString()));
        assertEquals(0, consumer.torn());
    }

    /** Takes what the service published of the other token, before it was told of this one. */
    private void drain() {
        while (consumer.next().isPresent()) {
            // gone
        }
    }
}
