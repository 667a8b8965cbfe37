// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/** Keys and certificates for servers on tokens and in files, and for clients. */
final class ServerKeys {
    private ServerKeys() {
    }

    /** A key on the token, with a certificate for localhost beside it. */
    static void make(TokenBench bench, List<String> which, String label, String type) throws Exception {
        bench.tokenGood(which, "keypair", "--label", label, "--key-type", type);
        bench.tokenGood(which, "request", "--label", label, "--subject", "CN=localhost", "--dns", "localhost", "-o",
                label + ".csr");
        bench.sign(label + ".csr", label + ".pem");
        bench.tokenGood(which, "import-certificate", label + ".pem");
    }

    /** file.key and file.pem. */
    static void makeFile(TokenBench bench) throws Exception {
        bench.good("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "file.key", "-out", "file.csr", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost");
        bench.sign("file.csr", "file.pem");
    }

    /** NAME.key and NAME.pem for a client, signed by the authority; it began to be valid two days ago. */
    static void clientCertificate(TokenBench bench, String name, String subject, Duration validity) throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        var pair = generator.generateKeyPair();
        try (var pem = new PemReader(new StringReader(Files.readString(bench.file("ca.key"))))) {
            var authority = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(pem.readPemObject().getContent()));
            var now = Instant.now();
            var certificate = new JcaX509v3CertificateBuilder(new X500Principal("CN=Test CA"), BigInteger.TEN,
                    Date.from(now.minus(Duration.ofDays(2))), Date.from(now.plus(validity)), new X500Principal(subject),
                    pair.getPublic()).build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority));
            write(bench, name + ".pem", "CERTIFICATE", certificate.getEncoded());
        }
        write(bench, name + ".key", "PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    private static void write(TokenBench bench, String file, String type, byte[] content) throws Exception {
        var text = new StringWriter();
        try (var pem = new PemWriter(text)) {
            pem.writeObject(new PemObject(type, content));
        }
        Files.writeString(bench.file(file), text.toString());
    }
}
