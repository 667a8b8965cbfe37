// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.tokentools.token.KeyName;
import maaxboard.tokentools.token.Token;
import maaxboard.tokentools.token.TokenException;
import org.bouncycastle.util.io.pem.PemReader;

/** TLS contexts of a server with one key, on a token or in a file. */
public final class ServerTls {
    private final X509Certificate[] chain;
    private final PrivateKey key;

    private ServerTls(X509Certificate[] chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * With a key on a token.
     *
     * @param certificates PEM, the server's certificate first; null: the one that lies beside the key
     */
    public static ServerTls onToken(Token token, KeyName name, Path certificates)
            throws Pkcs11Exception, TokenException, IOException {
        if (Security.getProvider("MaaxboardToken") == null) {
            Security.addProvider(new TokenProvider());
        }
        var chain = certificates == null ? new X509Certificate[] {token.certificate(name)} : chain(certificates);
        var key = token.key(name);
        if (!chain[0].getPublicKey().equals(key.publicKey())) {
            throw new TokenException(TokenException.Kind.DATA, "the certificate with " + name + " is not that of the key");
        }
        return new ServerTls(chain, TokenPrivateKey.of(token, name, key));
    }

    /**
     * With files.
     *
     * @param certificates PEM, the server's certificate first
     * @param key PEM, PKCS #8, not encrypted
     */
    public static ServerTls inFiles(Path certificates, Path key) throws TokenException, IOException {
        try {
            var chain = chain(certificates);
            try (var pem = new PemReader(new StringReader(Files.readString(key)))) {
                var object = pem.readPemObject();
                if (object == null || !object.getType().equals("PRIVATE KEY")) {
                    throw new TokenException(TokenException.Kind.DATA, key + ": expected a PEM file with PRIVATE KEY");
                }
                var factory = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm());
                return new ServerTls(chain, factory.generatePrivate(new PKCS8EncodedKeySpec(object.getContent())));
            }
        } catch (GeneralSecurityException e) {
            throw new TokenException(TokenException.Kind.DATA, key + ": does not fit " + certificates);
        }
    }

    private static X509Certificate[] chain(Path file) throws TokenException, IOException {
        var certificates = new ArrayList<X509Certificate>();
        try (InputStream in = Files.newInputStream(file)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                certificates.add((X509Certificate) certificate);
            }
        } catch (CertificateException e) {
            throw new TokenException(TokenException.Kind.DATA, file + ": holds something else than certificates");
        }
        if (certificates.isEmpty()) {
            throw new TokenException(TokenException.Kind.DATA, file + ": no certificate in it");
        }
        return certificates.toArray(X509Certificate[]::new);
    }

    /**
     * The context.
     *
     * @param clientAuthorities PEM file of the authorities whose client certificates are believed; null: none are asked for
     */
    public SSLContext context(Path clientAuthorities) throws TokenException, IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new OneKey(chain, key)}, trusted(clientAuthorities), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new TokenException(TokenException.Kind.DATA, "TLS: " + e.getMessage());
        }
    }

    private static TrustManager[] trusted(Path authorities) throws IOException, GeneralSecurityException, TokenException {
        if (authorities == null) {
            return new TrustManager[0];
        }
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int n = 0;
        for (var certificate : chain(authorities)) {
            store.setCertificateEntry("authority" + n++, certificate);
        }
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Always the same key, if the client can verify its kind. */
    private static final class OneKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "server";

        private final X509Certificate[] chain;
        private final PrivateKey key;

        OneKey(X509Certificate[] chain, PrivateKey key) {
            this.chain = chain;
            this.key = key;
        }

        @Override
        public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return chooseServerAlias(keyType, issuers, null);
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            // (RSASSA-PSS as a key type means a certificate for that alone.)
            return keyType.equals(key.getAlgorithm()) ? ALIAS : null;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }
}
