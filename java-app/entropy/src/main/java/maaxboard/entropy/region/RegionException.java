// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

/** The region cannot be used. The message says what, where, what was expected, and what to do. */
public final class RegionException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kind of trouble it is. */
    public enum Kind {
        /** There is no such file or device. */
        MISSING,
        /** Another producer holds it. */
        BUSY,
        /** Permissions do not suffice. */
        NOT_PERMITTED,
        /** ABI version, mode or a size differs from ours. */
        MISMATCH,
        /** The C library reported another error. */
        IO
    }

    private final Kind kind;

    RegionException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
