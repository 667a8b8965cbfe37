// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;

/**
 * One private key of the card with what the card gives away of it: all cryptography is the JDK's.
 *
 * @param algorithm its algorithm
 * @param privateKey the private part
 * @param publicTemplate the value of the public key template 7F49
 */
record CardKey(KeyAlgorithm algorithm, PrivateKey privateKey, byte[] publicTemplate) {
    private static final int TAG_MODULUS = 0x81;
    private static final int TAG_EXPONENT = 0x82;
    private static final int TAG_POINT = 0x86;
    private static final int COORDINATE = 32;
    private static final byte UNCOMPRESSED = 4;
    private static final byte NATIVE_PREFIX = 0x40;

    /** A new key. */
    static CardKey generate(KeyAlgorithm algorithm) {
        try {
            KeyPairGenerator generator = switch (algorithm) {
                case RSA_2048 -> {
                    var rsa = KeyPairGenerator.getInstance("RSA");
                    rsa.initialize(2048);
                    yield rsa;
                }
                case ECDSA_P256, ECDH_P256 -> {
                    var ec = KeyPairGenerator.getInstance("EC");
                    ec.initialize(new ECGenParameterSpec("secp256r1"));
                    yield ec;
                }
                case ED25519 -> KeyPairGenerator.getInstance("Ed25519");
                case X25519 -> KeyPairGenerator.getInstance("X25519");
            };
            KeyPair pair = generator.generateKeyPair();
            return new CardKey(algorithm, pair.getPrivate(), template(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK cannot make a key of type " + algorithm, e);
        }
    }

    /**
     * A key from outside.
     *
     * @param parts RSA: exponent, p, q; curves: the scalar
     */
    static CardKey imported(KeyAlgorithm algorithm, List<byte[]> parts) throws CardException {
        try {
            return switch (algorithm) {
                case RSA_2048 -> importedRsa(parts);
                case ECDSA_P256, ECDH_P256 -> importedP256(algorithm, parts.getFirst());
                case ED25519 -> importedEd25519(parts.getFirst());
                case X25519 -> importedX25519(parts.getFirst());
            };
        } catch (GeneralSecurityException | ArithmeticException e) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
    }

    /**
     * PSO: COMPUTE DIGITAL SIGNATURE and INTERNAL AUTHENTICATE.
     *
     * @param input RSA: the DigestInfo; ECDSA: the hash; Ed25519: the message
     */
    byte[] sign(byte[] input) throws CardException {
        try {
            switch (algorithm) {
                case RSA_2048 -> {
                    var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                    cipher.init(Cipher.ENCRYPT_MODE, privateKey);
                    return cipher.doFinal(input);
                }
                case ECDSA_P256 -> {
                    return signature("NONEwithECDSAinP1363Format", input);
                }
                case ED25519 -> {
                    return signature("Ed25519", input);
                }
                default -> throw new CardException(StatusWord.CONDITIONS);
            }
        } catch (GeneralSecurityException e) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
    }

    /**
     * PSO: DECIPHER.
     *
     * @param input RSA: padding indicator 00 and the cryptogram; curves: A6 { 7F49 { 86 point } }
     * @return RSA: the message without padding; curves: the shared secret
     */
    byte[] decipher(byte[] input) throws CardException {
        try {
            switch (algorithm) {
                case RSA_2048 -> {
                    if (input.length != 257 || input[0] != 0) {
                        throw new CardException(StatusWord.WRONG_DATA);
                    }
                    var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                    cipher.init(Cipher.DECRYPT_MODE, privateKey);
                    return cipher.doFinal(input, 1, 256);
                }
                case ECDH_P256 -> {
                    return agree("ECDH", p256Point(point(input)));
                }
                case X25519 -> {
                    byte[] u = point(input);
                    if (u.length == COORDINATE + 1 && u[0] == NATIVE_PREFIX) {
                        u = Arrays.copyOfRange(u, 1, u.length);
                    }
                    if (u.length != COORDINATE) {
                        throw new CardException(StatusWord.WRONG_DATA);
                    }
                    // RFC 7748, section 5: the top bit of u is ignored.
                    BigInteger coordinate = new BigInteger(1, reversed(u)).clearBit(255);
                    var spec = new XECPublicKeySpec(NamedParameterSpec.X25519, coordinate);
                    return agree("X25519", KeyFactory.getInstance("X25519").generatePublic(spec));
                }
                default -> throw new CardException(StatusWord.CONDITIONS);
            }
        } catch (GeneralSecurityException e) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
    }

    private byte[] signature(String name, byte[] input) throws GeneralSecurityException {
        var signature = Signature.getInstance(name);
        signature.initSign(privateKey);
        signature.update(input);
        return signature.sign();
    }

    private byte[] agree(String name, PublicKey other) throws GeneralSecurityException {
        var agreement = KeyAgreement.getInstance(name);
        agreement.init(privateKey);
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    private static byte[] point(byte[] input) throws CardException {
        Tlv cipher = required(Tlv.parseAll(input), 0xa6);
        Tlv key = required(Tlv.parseAll(cipher.value()), 0x7f49);
        return required(Tlv.parseAll(key.value()), TAG_POINT).value();
    }

    private static Tlv required(List<Tlv> objects, int tag) throws CardException {
        return Tlv.find(objects, tag).orElseThrow(() -> new CardException(StatusWord.WRONG_DATA));
    }

    private static byte[] template(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> Tlv.concat(
                    Tlv.encode(TAG_MODULUS, fixed(rsa.getModulus(), 256)),
                    Tlv.encode(TAG_EXPONENT, minimal(rsa.getPublicExponent())));
            case ECPublicKey ec -> Tlv.encode(TAG_POINT, encoded(ec.getW()));
            case EdECPublicKey ed -> {
                byte[] y = reversed(fixed(ed.getPoint().getY(), COORDINATE));
                if (ed.getPoint().isXOdd()) {
                    y[COORDINATE - 1] |= (byte) 0x80;
                }
                yield Tlv.encode(TAG_POINT, y);
            }
            case XECPublicKey x -> Tlv.encode(TAG_POINT, reversed(fixed(x.getU(), COORDINATE)));
            default -> throw new IllegalStateException("no template for a key of type " + key.getAlgorithm());
        };
    }

    private static CardKey importedRsa(List<byte[]> parts) throws GeneralSecurityException, CardException {
        if (parts.size() < 3) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        var e = new BigInteger(1, parts.get(0));
        var p = new BigInteger(1, parts.get(1));
        var q = new BigInteger(1, parts.get(2));
        BigInteger n = p.multiply(q);
        if (n.bitLength() != 2048) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        BigInteger p1 = p.subtract(BigInteger.ONE);
        BigInteger q1 = q.subtract(BigInteger.ONE);
        BigInteger d = e.modInverse(p1.multiply(q1));
        var spec = new RSAPrivateCrtKeySpec(n, e, d, p, q, d.mod(p1), d.mod(q1), q.modInverse(p));
        byte[] template = Tlv.concat(Tlv.encode(TAG_MODULUS, fixed(n, 256)), Tlv.encode(TAG_EXPONENT, minimal(e)));
        return new CardKey(KeyAlgorithm.RSA_2048, KeyFactory.getInstance("RSA").generatePrivate(spec), template);
    }

    private static CardKey importedP256(KeyAlgorithm algorithm, byte[] scalar) throws GeneralSecurityException {
        var spec = new ECPrivateKeySpec(new BigInteger(1, scalar), p256());
        var key = (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(spec);
        byte[] point = encoded(P256.multiplyBase(key.getS()));
        return new CardKey(algorithm, key, Tlv.encode(TAG_POINT, point));
    }

    private static CardKey importedEd25519(byte[] seed) throws GeneralSecurityException {
        var spec = new EdECPrivateKeySpec(NamedParameterSpec.ED25519, leftPadded(seed));
        // The generator turns exactly this seed into the pair: the public key has no other way out of the JDK.
        KeyPair pair = pairFrom("Ed25519", spec.getBytes());
        return new CardKey(KeyAlgorithm.ED25519, pair.getPrivate(), template(pair.getPublic()));
    }

    private static CardKey importedX25519(byte[] bigEndian) throws GeneralSecurityException {
        byte[] scalar = reversed(leftPadded(bigEndian));
        var key = KeyFactory.getInstance("X25519")
                .generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar));
        var base = KeyFactory.getInstance("X25519")
                .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, BigInteger.valueOf(9)));
        var agreement = KeyAgreement.getInstance("X25519");
        agreement.init(key);
        agreement.doPhase(base, true);
        return new CardKey(KeyAlgorithm.X25519, key, Tlv.encode(TAG_POINT, agreement.generateSecret()));
    }

    private static KeyPair pairFrom(String name, byte[] seed) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(name);
        generator.initialize(255, new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(seed, 0, bytes, 0, bytes.length);
            }
        });
        return generator.generateKeyPair();
    }

    private static PublicKey p256Point(byte[] raw) throws GeneralSecurityException, CardException {
        if (raw.length != 1 + 2 * COORDINATE || raw[0] != UNCOMPRESSED) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        var x = new BigInteger(1, Arrays.copyOfRange(raw, 1, 1 + COORDINATE));
        var y = new BigInteger(1, Arrays.copyOfRange(raw, 1 + COORDINATE, raw.length));
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), p256()));
    }

    static ECParameterSpec p256() throws GeneralSecurityException {
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    private static byte[] encoded(ECPoint point) {
        return Tlv.concat(
                new byte[] {UNCOMPRESSED},
                fixed(point.getAffineX(), COORDINATE),
                fixed(point.getAffineY(), COORDINATE));
    }

    private static byte[] minimal(BigInteger value) {
        return fixed(value, (value.bitLength() + 7) / 8);
    }

    private static byte[] fixed(BigInteger value, int length) {
        byte[] raw = value.toByteArray();
        byte[] out = new byte[length];
        int copied = Math.min(raw.length, length);
        System.arraycopy(raw, raw.length - copied, out, length - copied, copied);
        return out;
    }

    private static byte[] leftPadded(byte[] raw) {
        return fixed(new BigInteger(1, raw), COORDINATE);
    }

    private static byte[] reversed(byte[] raw) {
        byte[] out = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) {
            out[i] = raw[raw.length - 1 - i];
        }
        return out;
    }
}
