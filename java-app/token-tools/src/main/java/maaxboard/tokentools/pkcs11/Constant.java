// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.pkcs11;

/** Numbers of PKCS #11 v2.40's pkcs11t.h, under the header's names. A test holds each against a real header. */
public final class Constant {
    public static final long CKU_SO = 0;
    public static final long CKU_USER = 1;
    public static final long CKU_CONTEXT_SPECIFIC = 2;

    public static final long CKO_DATA = 0;
    public static final long CKO_CERTIFICATE = 1;
    public static final long CKO_PUBLIC_KEY = 2;
    public static final long CKO_PRIVATE_KEY = 3;
    public static final long CKO_SECRET_KEY = 4;

    public static final long CKC_X_509 = 0;
    public static final long CKK_RSA = 0;
    public static final long CKK_EC = 3;

    public static final long CKA_CLASS = 0;
    public static final long CKA_TOKEN = 1;
    public static final long CKA_PRIVATE = 2;
    public static final long CKA_LABEL = 3;
    public static final long CKA_VALUE = 0x11;
    public static final long CKA_CERTIFICATE_TYPE = 0x80;
    public static final long CKA_ISSUER = 0x81;
    public static final long CKA_SERIAL_NUMBER = 0x82;
    public static final long CKA_KEY_TYPE = 0x100;
    public static final long CKA_SUBJECT = 0x101;
    public static final long CKA_ID = 0x102;
    public static final long CKA_SENSITIVE = 0x103;
    public static final long CKA_SIGN = 0x108;
    public static final long CKA_VERIFY = 0x10a;
    public static final long CKA_MODULUS = 0x120;
    public static final long CKA_MODULUS_BITS = 0x121;
    public static final long CKA_PUBLIC_EXPONENT = 0x122;
    public static final long CKA_EXTRACTABLE = 0x162;
    public static final long CKA_EC_PARAMS = 0x180;
    public static final long CKA_EC_POINT = 0x181;
    public static final long CKA_ALWAYS_AUTHENTICATE = 0x202;

    public static final long CKM_RSA_PKCS_KEY_PAIR_GEN = 0;
    public static final long CKM_RSA_PKCS = 1;
    public static final long CKM_RSA_PKCS_PSS = 0xd;
    public static final long CKM_SHA256 = 0x250;
    public static final long CKM_SHA384 = 0x260;
    public static final long CKM_SHA512 = 0x270;
    public static final long CKM_EC_KEY_PAIR_GEN = 0x1040;
    public static final long CKM_ECDSA = 0x1041;
    public static final long CKG_MGF1_SHA256 = 2;
    public static final long CKG_MGF1_SHA384 = 3;
    public static final long CKG_MGF1_SHA512 = 4;

    private Constant() {
    }
}
