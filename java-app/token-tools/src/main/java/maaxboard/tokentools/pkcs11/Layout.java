// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.pkcs11;

/**
 * Offsets and sizes in bytes of PKCS #11 v2.40's structures on LP64, beyond those that the wrapper knows. A test holds
 * each against a real pkcs11.h by the C compiler's word.
 */
final class Layout {
    static final int ULONG = 8;

    /** CK_FUNCTION_LIST. */
    static final class FunctionList {
        static final int C_INIT_TOKEN = 80;
        static final int C_INIT_PIN = 88;
        static final int C_OPEN_SESSION = 104;
        static final int C_CLOSE_SESSION = 112;
        static final int C_LOGIN = 152;
        static final int C_LOGOUT = 160;
        static final int C_CREATE_OBJECT = 168;
        static final int C_DESTROY_OBJECT = 184;
        static final int C_GET_ATTRIBUTE_VALUE = 200;
        static final int C_FIND_OBJECTS_INIT = 216;
        static final int C_FIND_OBJECTS = 224;
        static final int C_FIND_OBJECTS_FINAL = 232;
        static final int C_SIGN_INIT = 344;
        static final int C_SIGN = 352;
        static final int C_GENERATE_KEY_PAIR = 480;
        static final int C_GENERATE_RANDOM = 520;
    }

    /** CK_ATTRIBUTE. */
    static final class Attribute {
        static final int SIZE = 24;
        static final int TYPE = 0;
        static final int VALUE = 8;
        static final int LENGTH = 16;
    }

    /** CK_MECHANISM. */
    static final class Mechanism {
        static final int SIZE = 24;
        static final int TYPE = 0;
        static final int PARAMETER = 8;
        static final int LENGTH = 16;
    }

    /** CK_RSA_PKCS_PSS_PARAMS. */
    static final class PssParams {
        static final int SIZE = 24;
        static final int HASH = 0;
        static final int MGF = 8;
        static final int SALT = 16;
    }

    static final long CKF_RW_SESSION = 2;
    static final long CKF_SERIAL_SESSION = 4;

    private Layout() {
    }
}
