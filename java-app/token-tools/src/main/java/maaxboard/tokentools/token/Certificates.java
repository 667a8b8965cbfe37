// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Certificates from outside. */
public final class Certificates {
    private Certificates() {
    }

    /** @param data PEM or DER */
    public static X509Certificate parse(byte[] data) throws TokenException {
        try {
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(data)) instanceof X509Certificate certificate) {
                return certificate;
            }
        } catch (CertificateException e) {
            // said below
        }
        throw new TokenException(TokenException.Kind.DATA, "no X.509 certificate, in PEM or DER");
    }
}
