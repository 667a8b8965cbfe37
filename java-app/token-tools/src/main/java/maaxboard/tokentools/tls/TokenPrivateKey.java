// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.tls;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import maaxboard.tokentools.token.KeyName;
import maaxboard.tokentools.token.Token;
import maaxboard.tokentools.token.TokenKey;

/** Stands for a private key that stays on its token: it has no encoding, only {@link TokenProvider} can use it. */
abstract sealed class TokenPrivateKey implements PrivateKey {
    private static final long serialVersionUID = 1L;

    private final transient Token token;
    private final transient KeyName name;

    private TokenPrivateKey(Token token, KeyName name) {
        this.token = token;
        this.name = name;
    }

    static TokenPrivateKey of(Token token, KeyName name, TokenKey key) {
        return key.publicKey() instanceof RSAPublicKey rsa ? new Rsa(token, name, rsa.getModulus()) : new Ec(token, name);
    }

    /** JSSE wants to know how long an RSA key is. */
    static final class Rsa extends TokenPrivateKey implements RSAKey {
        private static final long serialVersionUID = 1L;

        private final BigInteger modulus;

        private Rsa(Token token, KeyName name, BigInteger modulus) {
            super(token, name);
            this.modulus = modulus;
        }

        @Override
        public AlgorithmParameterSpec getParams() {
            return null;
        }

        @Override
        public BigInteger getModulus() {
            return modulus;
        }

        @Override
        public String getAlgorithm() {
            return "RSA";
        }
    }

    static final class Ec extends TokenPrivateKey {
        private static final long serialVersionUID = 1L;

        private Ec(Token token, KeyName name) {
            super(token, name);
        }

        @Override
        public String getAlgorithm() {
            return "EC";
        }
    }

    Token token() {
        return token;
    }

    KeyName name() {
        return name;
    }

    @Override
    public String getFormat() {
        return null;
    }

    @Override
    public byte[] getEncoded() {
        return null;
    }

    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a token's key cannot be read from anywhere");
    }
}
