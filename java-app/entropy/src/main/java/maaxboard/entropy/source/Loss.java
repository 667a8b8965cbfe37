// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

/** Why a token, or the way to it, does not serve. */
public enum Loss {
    /** The module cannot be loaded or initialised. */
    NO_MODULE,
    /** No wanted token is there. */
    NO_TOKEN,
    /** The token was there and is gone. */
    TOKEN_REMOVED,
    /** The module reports a failure that is not the token's: pcscd is gone, mostly. */
    PCSCD_GONE,
    /** The token is there but answers with errors. */
    TOKEN_ERROR,
    /** The token cannot serve, and trying again does not help: no generator behind its flag, or a login refused. */
    UNUSABLE
}
