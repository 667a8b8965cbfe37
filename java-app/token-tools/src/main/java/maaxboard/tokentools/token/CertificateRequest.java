// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.tokentools.token.TokenException.Kind;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** A certificate request (PKCS #10, RFC 2986) whose signature is made inside the token. */
public final class CertificateRequest {
    private static final int MOST_NAMES = 100;

    private CertificateRequest() {
    }

    /** A signer for Bouncy Castle that collects what is to be signed; the token signs when asked for the signature. */
    private static final class TokenSigner implements ContentSigner {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();
        private final Token token;
        private final KeyName name;
        private final TokenKey key;
        private Exception failure;

        TokenSigner(Token token, KeyName name, TokenKey key) {
            this.token = token;
            this.name = name;
            this.key = key;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return algorithm(key);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            try {
                return token.sign(name, key.hash(), false, key.hash().digest().digest(content.toByteArray()));
            } catch (Pkcs11Exception | TokenException | IOException e) {
                failure = e;
                return new byte[0];
            }
        }
    }

    /**
     * Makes a request.
     *
     * @param subject a name as RFC 2253 writes it, such as {@code CN=www.example.org,O=Example}
     * @param dnsNames subject alternative names; may be empty
     * @param addresses IP addresses as alternative names; may be empty
     * @return PEM
     */
    public static String make(Token token, KeyName name, String subject, List<String> dnsNames, List<String> addresses)
            throws Pkcs11Exception, TokenException, IOException {
        var key = token.key(name);
        if (key.publicKey() == null) {
            throw new TokenException(Kind.MISSING, "the token does not tell the public key of the key with " + name);
        }
        var builder = new PKCS10CertificationRequestBuilder(name(subject),
                SubjectPublicKeyInfo.getInstance(key.publicKey().getEncoded()));
        var names = alternativeNames(dnsNames, addresses);
        if (names.getNames().length > 0) {
            var extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, false, names);
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
        }
        var signer = new TokenSigner(token, name, key);
        var request = builder.build(signer);
        switch (signer.failure) {
            case null -> {
                var text = new StringWriter();
                try (var pem = new PemWriter(text)) {
                    pem.writeObject(new PemObject("CERTIFICATE REQUEST", request.getEncoded()));
                }
                return text.toString();
            }
            case Pkcs11Exception e -> throw e;
            case TokenException e -> throw e;
            default -> throw new IOException(signer.failure.getMessage());
        }
    }

    private static X500Name name(String subject) throws TokenException {
        try {
            if (!subject.isBlank() && subject.length() <= 1024) {
                return X500Name.getInstance(new X500Principal(subject).getEncoded());
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new TokenException(Kind.WRONG, "subject: expected a name such as CN=www.example.org,O=Example");
    }

    private static GeneralNames alternativeNames(List<String> dnsNames, List<String> addresses) throws TokenException {
        var names = new GeneralName[dnsNames.size() + addresses.size()];
        if (names.length > MOST_NAMES) {
            throw new TokenException(Kind.WRONG, "at most " + MOST_NAMES + " alternative names");
        }
        int n = 0;
        for (var name : dnsNames) {
            if (!name.matches("(\\*\\.)?[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*") || name.length() > 253) {
                throw new TokenException(Kind.WRONG, "DNS name: expected one such as www.example.org");
            }
            names[n++] = new GeneralName(GeneralName.dNSName, name);
        }
        for (var address : addresses) {
            try {
                names[n++] = new GeneralName(GeneralName.iPAddress, address);
            } catch (IllegalArgumentException e) {
                throw new TokenException(Kind.WRONG, "IP address: expected one such as 192.0.2.1 or 2001:db8::1");
            }
        }
        return new GeneralNames(names);
    }

    private static AlgorithmIdentifier algorithm(TokenKey key) {
        boolean rsa = key.algorithm().startsWith("rsa:");
        ASN1ObjectIdentifier identifier = switch (key.hash()) {
            case SHA256 -> rsa ? PKCSObjectIdentifiers.sha256WithRSAEncryption : X9ObjectIdentifiers.ecdsa_with_SHA256;
            case SHA384 -> rsa ? PKCSObjectIdentifiers.sha384WithRSAEncryption : X9ObjectIdentifiers.ecdsa_with_SHA384;
            case SHA512 -> rsa ? PKCSObjectIdentifiers.sha512WithRSAEncryption : X9ObjectIdentifiers.ecdsa_with_SHA512;
        };
        return rsa ? new AlgorithmIdentifier(identifier, DERNull.INSTANCE) : new AlgorithmIdentifier(identifier);
    }
}
