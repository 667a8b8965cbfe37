// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import maaxboard.tokentools.token.TokenException.Kind;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;

/** What goes into a token's signature, and what becomes of what comes out. */
final class Signatures {
    private Signatures() {
    }

    /** PKCS #1's DigestInfo, which CKM_RSA_PKCS pads and signs. */
    static byte[] digestInfo(Hash hash, byte[] digest) throws IOException {
        return new DigestInfo(new AlgorithmIdentifier(identifier(hash), DERNull.INSTANCE), digest).getEncoded("DER");
    }

    private static ASN1ObjectIdentifier identifier(Hash hash) {
        return switch (hash) {
            case SHA256 -> NISTObjectIdentifiers.id_sha256;
            case SHA384 -> NISTObjectIdentifiers.id_sha384;
            case SHA512 -> NISTObjectIdentifiers.id_sha512;
        };
    }

    /** CKM_ECDSA gives r and s one behind the other; everyone else has them as a DER sequence. */
    static byte[] derOfPair(byte[] pair) throws IOException, TokenException {
        if (pair.length == 0 || pair.length % 2 != 0) {
            throw new TokenException(Kind.DATA, "the token's ECDSA signature has " + pair.length + " bytes");
        }
        return new DERSequence(new ASN1Encodable[] {half(pair, 0), half(pair, pair.length / 2)}).getEncoded("DER");
    }

    private static ASN1Integer half(byte[] pair, int from) {
        return new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(pair, from, from + pair.length / 2)));
    }

    static byte[] derOfInteger(BigInteger number) {
        try {
            return new ASN1Integer(number).getEncoded("DER");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
