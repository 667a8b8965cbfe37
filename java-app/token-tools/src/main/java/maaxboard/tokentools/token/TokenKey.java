// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.security.PublicKey;
import java.util.HexFormat;

/**
 * A key pair on a token.
 *
 * @param label of the private key
 * @param id CKA_ID of the private key; may be empty
 */
public record TokenKey(String label, byte[] id, PublicKey publicKey) {
    /** CKA_ID as hex digits. */
    public String hexId() {
        return HexFormat.of().formatHex(id);
    }

    /** Such as {@code EC:prime256v1}. */
    public String algorithm() {
        return PublicKeys.algorithm(publicKey);
    }

    /** The hash that suits it. */
    public Hash hash() {
        return PublicKeys.hash(publicKey);
    }
}
