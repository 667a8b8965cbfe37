// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.tls;

import java.security.Provider;
import java.util.List;
import java.util.Map;
import maaxboard.tokentools.token.Hash;

/**
 * Gives Java's TLS the signatures of keys that stay on a token. The JDK has a provider over PKCS#11 too (SunPKCS11); it
 * would load and initialise the module a second time in this process, with sessions and a login of its own that nobody
 * brings in line with ours.
 */
final class TokenProvider extends Provider {
    private static final long serialVersionUID = 1L;

    TokenProvider() {
        super("MaaxboardToken", "1.0", "signatures of keys on a PKCS#11 token");
        for (var hash : Hash.values()) {
            for (var kind : List.of("RSA", "ECDSA")) {
                add(hash.name() + "with" + kind, hash, false);
            }
        }
        add("RSASSA-PSS", null, true);
    }

    private void add(String algorithm, Hash hash, boolean pss) {
        putService(new SignatureService(this, algorithm, hash, pss));
    }

    private static final class SignatureService extends Service {
        private final Hash hash;
        private final boolean pss;

        SignatureService(Provider provider, String algorithm, Hash hash, boolean pss) {
            super(provider, "Signature", algorithm, TokenSignature.class.getName(), List.of(),
                    Map.of("SupportedKeyClasses", TokenPrivateKey.class.getName()));
            this.hash = hash;
            this.pss = pss;
        }

        @Override
        public Object newInstance(Object parameter) {
            return new TokenSignature(hash, pss);
        }

        @Override
        public boolean supportsParameter(Object key) {
            return key instanceof TokenPrivateKey;
        }
    }
}
