// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.tls;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.PSSParameterSpec;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.tokentools.token.Hash;
import maaxboard.tokentools.token.TokenException;

/** Signs by a {@link TokenPrivateKey}: hashes here, signs on the token. */
final class TokenSignature extends SignatureSpi {
    private final boolean pss;
    private Hash hash;
    private MessageDigest digest;
    private TokenPrivateKey key;

    /** @param hash null where the parameter says which (RSASSA-PSS) */
    TokenSignature(Hash hash, boolean pss) {
        this.hash = hash;
        this.pss = pss;
    }

    @Override
    protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
        if (!(privateKey instanceof TokenPrivateKey ours)) {
            throw new InvalidKeyException("not a key of a token");
        }
        key = ours;
        digest = hash == null ? null : hash.digest();
    }

    @Override
    protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
        throw new InvalidKeyException("signs only");
    }

    @Override
    protected void engineSetParameter(AlgorithmParameterSpec parameter) throws InvalidAlgorithmParameterException {
        if (parameter == null) {
            return;
        }
        if (!pss || !(parameter instanceof PSSParameterSpec wanted)) {
            throw new InvalidAlgorithmParameterException("expected the parameter of RSASSA-PSS");
        }
        for (var candidate : Hash.values()) {
            if (candidate.standardName().equals(wanted.getDigestAlgorithm())
                    && wanted.getSaltLength() == candidate.digest().getDigestLength()) {
                hash = candidate;
                digest = hash.digest();
                return;
            }
        }
        throw new InvalidAlgorithmParameterException("expected a salt as long as the hash, which is SHA-2");
    }

    @Override
    protected void engineUpdate(byte b) throws SignatureException {
        engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] data, int from, int length) throws SignatureException {
        if (digest == null) {
            throw new SignatureException("no hash was chosen");
        }
        digest.update(data, from, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        if (digest == null) {
            throw new SignatureException("no hash was chosen");
        }
        try {
            return key.token().sign(key.name(), hash, pss, digest.digest());
        } catch (Pkcs11Exception | TokenException | IOException e) {
            throw new SignatureException(e.getMessage(), e);
        }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        throw new SignatureException("signs only");
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected AlgorithmParameters engineGetParameters() {
        return null;
    }
}
