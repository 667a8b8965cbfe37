// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.Locale;
import java.util.Optional;

/** The keys of the configuration: name, default, and what is expected. The shipped file lists each with its default. */
public enum Key {
    MODULE("/usr/lib/opensc-pkcs11.so", "path of a PKCS#11 module; several are separated by blanks"),
    INIT_ARGS("", "string for pReserved of C_Initialize, as NSS wants it"),
    SLOT("", "slot ID, decimal or 0xHEX"),
    SLOT_INDEX("", "place in the list of slots with a token, from 0"),
    TOKEN_LABEL("", "a token's label"),
    SERIAL("", "a token's serial number"),
    URI("", "PKCS#11 URI (RFC 7512) of a token; several are separated by blanks"),
    PIN_SOURCE("", "file:PATH or fd:N whose first line is the PIN, for modules that want a login"),
    REGION("uio:entropy", "uio:NAME, FILE or DATA,CONTROL; each file with an optional @OFFSET+SIZE"),
    SLOT_BYTES("320", "bytes of a slot, a multiple of 64 from 128 to 4096"),
    SLOT_COUNT("128", "slots of the ring, a power of two from 2 to 65536"),
    BLOCK_BYTES("2560", "bytes of one C_GenerateRandom at most, 16 to 4096"),
    CLAIMED_ENTROPY("6", "claimed min-entropy in bits a byte, 0.1 to 8; SERIAL=BITS for one token"),
    FIPS140("no", "yes or no: hold 20,000-bit blocks to the FIPS 140-2 tests too"),
    MIN_ANSWER_TIME("0", "microseconds; an answer faster than this is implausible; 0 = off"),
    MIN_TOKENS("1", "good tokens without which nothing is published, 1 to 64"),
    SOURCE("each", "each: every slot carries one token's bytes; mixed: KMAC256 over all tokens"),
    MIX_CONTEXT("", "text that goes into the customisation string of mixed"),
    BYTE_BUDGET("0", "bytes that a token may give in 24 hours; 0 = no limit"),
    LONG_TEST_TIME("600", "seconds that the long test after an alarm may take, 1 to 86400"),
    RUN_DIRECTORY("/run/maaxboard-entropy", "folder of the control socket"),
    METRICS_FILE("", "path of a Prometheus text file, written every 10 s; empty = off"),
    LOG_LEVEL("info", "error, warning, info or debug"),
    LOG_TO("stderr", "stderr or syslog");

    static final String VARIABLES = "MAAXBOARD_ENTROPY_";

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');
    private final String fallback;
    private final String expected;

    Key(String fallback, String expected) {
        this.fallback = fallback;
        this.expected = expected;
    }

    /** As it stands in the file and, with two dashes, on the command line. */
    public String text() {
        return text;
    }

    /** The environment variable of the same meaning. */
    public String variable() {
        return VARIABLES + name();
    }

    /** The default, as text. */
    public String fallback() {
        return fallback;
    }

    /** What a value should look like, for messages, help and manual page. */
    public String expected() {
        return expected;
    }

    /** The key of that name. */
    public static Optional<Key> named(String text) {
        for (var key : values()) {
            if (key.text().equals(text)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }
}
