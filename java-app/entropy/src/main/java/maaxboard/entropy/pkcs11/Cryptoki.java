// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/**
 * The C structures of PKCS #11 v2.40 as they lie in memory on LP64 systems without packing: sizes and offsets in bytes.
 * A test compiles a C program against a real pkcs11.h and compares each of these numbers.
 */
final class Cryptoki {
    static final int ULONG = 8;

    /** CK_FUNCTION_LIST: CK_VERSION, then one pointer each in the standard's order. */
    static final class FunctionList {
        static final int SIZE = 552;
        static final int C_INITIALIZE = 8;
        static final int C_FINALIZE = 16;
        static final int C_GET_INFO = 24;
        static final int C_GET_SLOT_LIST = 40;
        static final int C_GET_SLOT_INFO = 48;
        static final int C_GET_TOKEN_INFO = 56;
        static final int C_OPEN_SESSION = 104;
        static final int C_CLOSE_SESSION = 112;
        static final int C_LOGIN = 152;
        static final int C_GENERATE_RANDOM = 520;
    }

    /** CK_C_INITIALIZE_ARGS. */
    static final class InitializeArgs {
        static final int SIZE = 48;
        static final int FLAGS = 32;
        static final int RESERVED = 40;
        static final long OS_LOCKING_OK = 2;
    }

    /** CK_INFO. */
    static final class Info {
        static final int SIZE = 88;
        static final int VERSION = 0;
        static final int MANUFACTURER = 2;
        static final int DESCRIPTION = 48;
        static final int LIBRARY_VERSION = 80;
    }

    /** CK_SLOT_INFO. */
    static final class Slot {
        static final int SIZE = 112;
        static final int DESCRIPTION = 0;
        static final int MANUFACTURER = 64;
        static final int FLAGS = 96;
    }

    /** CK_TOKEN_INFO. */
    static final class Token {
        static final int SIZE = 208;
        static final int LABEL = 0;
        static final int MANUFACTURER = 32;
        static final int MODEL = 64;
        static final int SERIAL = 80;
        static final int FLAGS = 96;
        static final int MAX_PIN = 136;
        static final int MIN_PIN = 144;
        static final int HARDWARE = 184;
        static final int FIRMWARE = 186;
    }

    static final long CKF_SERIAL_SESSION = 4;
    static final long CKU_USER = 1;
    static final long CK_TRUE = 1;
    static final long CK_FALSE = 0;

    private Cryptoki() {
    }
}
