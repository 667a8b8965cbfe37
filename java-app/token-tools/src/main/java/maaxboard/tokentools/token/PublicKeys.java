// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.tokentools.pkcs11.Constant;
import maaxboard.tokentools.pkcs11.TokenSession;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Public keys as a token's attributes hold them. */
final class PublicKeys {
    private static final int UNCOMPRESSED = 4;

    private PublicKeys() {
    }

    /** @return null if the object does not tell enough */
    static PublicKey of(TokenSession session, long object) throws Pkcs11Exception, TokenException {
        var modulus = session.attribute(object, Constant.CKA_MODULUS);
        try {
            if (modulus != null && modulus.length > 0) {
                var exponent = session.attribute(object, Constant.CKA_PUBLIC_EXPONENT);
                return exponent == null || exponent.length == 0 ? null : KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(new BigInteger(1, modulus), new BigInteger(1, exponent)));
            }
            var curve = session.attribute(object, Constant.CKA_EC_PARAMS);
            var point = session.attribute(object, Constant.CKA_EC_POINT);
            if (curve == null || point == null || curve.length == 0 || point.length == 0) {
                return null;
            }
            var info = new SubjectPublicKeyInfo(
                    new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, ASN1Primitive.fromByteArray(curve)),
                    rawPoint(point));
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(info.getEncoded()));
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new TokenException(TokenException.Kind.DATA, "public key on the token cannot be read: " + e.getMessage());
        }
    }

    /** The standard wraps the point in an OCTET STRING; some modules do not. */
    private static byte[] rawPoint(byte[] point) throws IOException {
        if (point[0] == UNCOMPRESSED && point.length % 2 == 1 && point.length != 2 + (point[1] & 0xff)) {
            return point;
        }
        return ASN1OctetString.getInstance(point).getOctets();
    }

    /** Such as {@code rsa:2048}. */
    static String algorithm(PublicKey key) {
        return switch (key) {
            case RSAKey rsa -> "rsa:" + rsa.getModulus().bitLength();
            case ECKey ec -> KeyAlgorithm.ALL.stream()
                    .filter(a -> !a.isRsa() && a.bits() == ec.getParams().getCurve().getField().getFieldSize())
                    .map(KeyAlgorithm::name).findFirst().orElse("EC");
            default -> key.getAlgorithm();
        };
    }

    /** The hash that a key of this strength is used with. */
    static Hash hash(PublicKey key) {
        int bits = key instanceof ECKey ec ? ec.getParams().getCurve().getField().getFieldSize() : 0;
        return bits > 384 ? Hash.SHA512 : bits > 256 ? Hash.SHA384 : Hash.SHA256;
    }

    static boolean same(PublicKey one, PublicKey other) {
        return Arrays.equals(one.getEncoded(), other.getEncoded());
    }
}
