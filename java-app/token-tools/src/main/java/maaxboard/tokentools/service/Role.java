// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

/** What a client may do. None holds another. */
public enum Role {
    /** Look: the token, its objects, this API's description. */
    READ,
    /** Have the token sign a request, or give random bytes. */
    USE,
    /** Change what is on the token. */
    ADMINISTER
}
