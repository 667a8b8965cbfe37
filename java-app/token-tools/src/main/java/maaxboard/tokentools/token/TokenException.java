// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

/** What was asked of a token cannot be done, for a reason that is not a return value of the module alone. */
public final class TokenException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kind of reason; commands make an exit code of it, the service an HTTP status. */
    public enum Kind {
        /** What was asked for makes no sense. */
        WRONG,
        /** No such key or object. */
        MISSING,
        /** The token is not there, or more than one could be meant, or it is not initialised. */
        ABSENT,
        /** It is there already, or more than one is. */
        DUPLICATE,
        /** The data does not belong to what is on the token, or is damaged. */
        DATA,
        /** A PIN is missing, wrong or locked. */
        PIN,
        /** The token may not be written. */
        READ_ONLY,
        /** The token cannot do it. */
        UNSUPPORTED
    }

    private final Kind kind;

    public TokenException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
