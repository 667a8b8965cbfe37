// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** Cryptoki's return values, PKCS #11 v2.40 base specification section 5.1 and its header pkcs11t.h. */
public final class ReturnValue {
    public static final long OK = 0x0;
    public static final long SLOT_ID_INVALID = 0x3;
    public static final long GENERAL_ERROR = 0x5;
    public static final long FUNCTION_FAILED = 0x6;
    public static final long CANT_LOCK = 0xa;
    public static final long DATA_INVALID = 0x20;
    public static final long DEVICE_ERROR = 0x30;
    public static final long DEVICE_MEMORY = 0x31;
    public static final long DEVICE_REMOVED = 0x32;
    public static final long FUNCTION_NOT_SUPPORTED = 0x54;
    public static final long PIN_INCORRECT = 0xa0;
    public static final long PIN_LOCKED = 0xa4;
    public static final long SESSION_CLOSED = 0xb0;
    public static final long SESSION_HANDLE_INVALID = 0xb3;
    public static final long TOKEN_NOT_PRESENT = 0xe0;
    public static final long TOKEN_NOT_RECOGNIZED = 0xe1;
    public static final long USER_ALREADY_LOGGED_IN = 0x100;
    public static final long USER_NOT_LOGGED_IN = 0x101;
    public static final long RANDOM_NO_RNG = 0x121;
    public static final long BUFFER_TOO_SMALL = 0x150;
    public static final long CRYPTOKI_NOT_INITIALIZED = 0x190;
    public static final long CRYPTOKI_ALREADY_INITIALIZED = 0x191;

    private ReturnValue() {
    }

    /** The name and the number in hex, such as {@code CKR_DEVICE_REMOVED (0x32)}. */
    public static String text(long value) {
        return name(value) + " (0x" + Long.toHexString(value) + ")";
    }

    private static String name(long value) {
        if (value >>> 31 != 0) {
            return "CKR_VENDOR_DEFINED";
        }
        return "CKR_" + switch ((int) value) {
            case 0x0 -> "OK";
            case 0x1 -> "CANCEL";
            case 0x2 -> "HOST_MEMORY";
            case 0x3 -> "SLOT_ID_INVALID";
            case 0x5 -> "GENERAL_ERROR";
            case 0x6 -> "FUNCTION_FAILED";
            case 0x7 -> "ARGUMENTS_BAD";
            case 0x8 -> "NO_EVENT";
            case 0x9 -> "NEED_TO_CREATE_THREADS";
            case 0xa -> "CANT_LOCK";
            case 0x10 -> "ATTRIBUTE_READ_ONLY";
            case 0x11 -> "ATTRIBUTE_SENSITIVE";
            case 0x12 -> "ATTRIBUTE_TYPE_INVALID";
            case 0x13 -> "ATTRIBUTE_VALUE_INVALID";
            case 0x1b -> "ACTION_PROHIBITED";
            case 0x20 -> "DATA_INVALID";
            case 0x21 -> "DATA_LEN_RANGE";
            case 0x30 -> "DEVICE_ERROR";
            case 0x31 -> "DEVICE_MEMORY";
            case 0x32 -> "DEVICE_REMOVED";
            case 0x40 -> "ENCRYPTED_DATA_INVALID";
            case 0x41 -> "ENCRYPTED_DATA_LEN_RANGE";
            case 0x50 -> "FUNCTION_CANCELED";
            case 0x51 -> "FUNCTION_NOT_PARALLEL";
            case 0x54 -> "FUNCTION_NOT_SUPPORTED";
            case 0x60 -> "KEY_HANDLE_INVALID";
            case 0x62 -> "KEY_SIZE_RANGE";
            case 0x63 -> "KEY_TYPE_INCONSISTENT";
            case 0x64 -> "KEY_NOT_NEEDED";
            case 0x65 -> "KEY_CHANGED";
            case 0x66 -> "KEY_NEEDED";
            case 0x67 -> "KEY_INDIGESTIBLE";
            case 0x68 -> "KEY_FUNCTION_NOT_PERMITTED";
            case 0x69 -> "KEY_NOT_WRAPPABLE";
            case 0x6a -> "KEY_UNEXTRACTABLE";
            case 0x70 -> "MECHANISM_INVALID";
            case 0x71 -> "MECHANISM_PARAM_INVALID";
            case 0x82 -> "OBJECT_HANDLE_INVALID";
            case 0x90 -> "OPERATION_ACTIVE";
            case 0x91 -> "OPERATION_NOT_INITIALIZED";
            case 0xa0 -> "PIN_INCORRECT";
            case 0xa1 -> "PIN_INVALID";
            case 0xa2 -> "PIN_LEN_RANGE";
            case 0xa3 -> "PIN_EXPIRED";
            case 0xa4 -> "PIN_LOCKED";
            case 0xb0 -> "SESSION_CLOSED";
            case 0xb1 -> "SESSION_COUNT";
            case 0xb3 -> "SESSION_HANDLE_INVALID";
            case 0xb4 -> "SESSION_PARALLEL_NOT_SUPPORTED";
            case 0xb5 -> "SESSION_READ_ONLY";
            case 0xb6 -> "SESSION_EXISTS";
            case 0xb7 -> "SESSION_READ_ONLY_EXISTS";
            case 0xb8 -> "SESSION_READ_WRITE_SO_EXISTS";
            case 0xc0 -> "SIGNATURE_INVALID";
            case 0xc1 -> "SIGNATURE_LEN_RANGE";
            case 0xd0 -> "TEMPLATE_INCOMPLETE";
            case 0xd1 -> "TEMPLATE_INCONSISTENT";
            case 0xe0 -> "TOKEN_NOT_PRESENT";
            case 0xe1 -> "TOKEN_NOT_RECOGNIZED";
            case 0xe2 -> "TOKEN_WRITE_PROTECTED";
            case 0xf0 -> "UNWRAPPING_KEY_HANDLE_INVALID";
            case 0xf1 -> "UNWRAPPING_KEY_SIZE_RANGE";
            case 0xf2 -> "UNWRAPPING_KEY_TYPE_INCONSISTENT";
            case 0x100 -> "USER_ALREADY_LOGGED_IN";
            case 0x101 -> "USER_NOT_LOGGED_IN";
            case 0x102 -> "USER_PIN_NOT_INITIALIZED";
            case 0x103 -> "USER_TYPE_INVALID";
            case 0x104 -> "USER_ANOTHER_ALREADY_LOGGED_IN";
            case 0x105 -> "USER_TOO_MANY_TYPES";
            case 0x110 -> "WRAPPED_KEY_INVALID";
            case 0x112 -> "WRAPPED_KEY_LEN_RANGE";
            case 0x113 -> "WRAPPING_KEY_HANDLE_INVALID";
            case 0x114 -> "WRAPPING_KEY_SIZE_RANGE";
            case 0x115 -> "WRAPPING_KEY_TYPE_INCONSISTENT";
            case 0x120 -> "RANDOM_SEED_NOT_SUPPORTED";
            case 0x121 -> "RANDOM_NO_RNG";
            case 0x130 -> "DOMAIN_PARAMS_INVALID";
            case 0x140 -> "CURVE_NOT_SUPPORTED";
            case 0x150 -> "BUFFER_TOO_SMALL";
            case 0x160 -> "SAVED_STATE_INVALID";
            case 0x170 -> "INFORMATION_SENSITIVE";
            case 0x180 -> "STATE_UNSAVEABLE";
            case 0x190 -> "CRYPTOKI_NOT_INITIALIZED";
            case 0x191 -> "CRYPTOKI_ALREADY_INITIALIZED";
            case 0x1a0 -> "MUTEX_BAD";
            case 0x1a1 -> "MUTEX_NOT_LOCKED";
            case 0x200 -> "FUNCTION_REJECTED";
            default -> "UNKNOWN";
        };
    }
}
