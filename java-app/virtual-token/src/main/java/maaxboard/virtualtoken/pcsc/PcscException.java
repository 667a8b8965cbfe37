// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.pcsc;

import java.util.Map;

/** A PC/SC call that failed: what was tried, and what came back by name and number. */
public final class PcscException extends Exception {
    private static final long serialVersionUID = 1L;

    static final int SHARING_VIOLATION = 0x8010000B;
    static final int TIMEOUT = 0x8010000A;
    static final int NO_READERS = 0x8010002E;
    static final int RESET_CARD = 0x80100068;

    /** Those that one meets; the names of PC/SC's part 5 and of pcsclite.h. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0x80100001, "SCARD_F_INTERNAL_ERROR"),
            Map.entry(0x80100002, "SCARD_E_CANCELLED"),
            Map.entry(0x80100003, "SCARD_E_INVALID_HANDLE"),
            Map.entry(0x80100008, "SCARD_E_INSUFFICIENT_BUFFER"),
            Map.entry(0x80100009, "SCARD_E_UNKNOWN_READER"),
            Map.entry(TIMEOUT, "SCARD_E_TIMEOUT"),
            Map.entry(SHARING_VIOLATION, "SCARD_E_SHARING_VIOLATION: another program uses the card"),
            Map.entry(0x8010000C, "SCARD_E_NO_SMARTCARD"),
            Map.entry(0x8010000F, "SCARD_E_PROTO_MISMATCH"),
            Map.entry(0x80100016, "SCARD_E_NOT_TRANSACTED"),
            Map.entry(0x80100017, "SCARD_E_READER_UNAVAILABLE"),
            Map.entry(0x8010001D, "SCARD_E_NO_SERVICE: is pcscd running?"),
            Map.entry(0x8010001E, "SCARD_E_SERVICE_STOPPED"),
            Map.entry(NO_READERS, "SCARD_E_NO_READERS_AVAILABLE"),
            Map.entry(0x80100066, "SCARD_W_UNRESPONSIVE_CARD"),
            Map.entry(0x80100067, "SCARD_W_UNPOWERED_CARD"),
            Map.entry(RESET_CARD, "SCARD_W_RESET_CARD"),
            Map.entry(0x80100069, "SCARD_W_REMOVED_CARD"),
            Map.entry(0x8010006A, "SCARD_W_SECURITY_VIOLATION: polkit may not let this user use pcscd"));

    private final int code;

    PcscException(String tried, int code) {
        super("%s: 0x%08X%s".formatted(tried, code, NAMES.containsKey(code) ? " (" + NAMES.get(code) + ")" : ""));
        this.code = code;
    }

    int code() {
        return code;
    }
}
