// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

/**
 * An object on a token, as far as it can be told. Null components do not apply or are not told.
 *
 * @param type {@code certificate}, {@code public-key}, {@code private-key}, {@code secret-key} or {@code data}
 * @param id CKA_ID as hex digits
 * @param algorithm such as {@code rsa:2048}
 * @param extractable whether the key can leave the token in plain or wrapped (CKA_EXTRACTABLE)
 * @param subject of a certificate, RFC 2253
 * @param notAfter end of a certificate's validity, ISO 8601
 */
public record TokenObject(String type, String label, String id, String algorithm, Boolean extractable, String subject,
        String notAfter) {
}
