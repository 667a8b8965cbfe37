// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import maaxboard.tokentools.pkcs11.Constant;
import maaxboard.tokentools.pkcs11.Template;

/**
 * How an object is named: by label, by ID, or by both. A null component was not said.
 *
 * @param id CKA_ID as an even number of hex digits
 */
public record KeyName(String label, String id) {
    private static final int LONGEST_LABEL = 255;
    private static final int LONGEST_ID = 64;

    /** Checks what people or programs said. */
    public static KeyName of(String label, String id) throws TokenException {
        if (label != null && (label.isBlank() || label.getBytes(StandardCharsets.UTF_8).length > LONGEST_LABEL
                || label.chars().anyMatch(Character::isISOControl))) {
            throw new TokenException(TokenException.Kind.WRONG,
                    "label: expected 1 to " + LONGEST_LABEL + " bytes of UTF-8 without control characters");
        }
        if (id != null && !id.matches("([0-9a-fA-F]{2}){1," + LONGEST_ID + "}")) {
            throw new TokenException(TokenException.Kind.WRONG,
                    "id: expected an even number of hex digits, at most " + 2 * LONGEST_ID);
        }
        return new KeyName(label, id == null ? null : id.toLowerCase(java.util.Locale.ROOT));
    }

    /** Whether nothing was said. */
    public boolean isEmpty() {
        return label == null && id == null;
    }

    byte[] idBytes() {
        return HexFormat.of().parseHex(id);
    }

    Template template(long objectClass) {
        var template = new Template().number(Constant.CKA_CLASS, objectClass);
        if (label != null) {
            template.text(Constant.CKA_LABEL, label);
        }
        if (id != null) {
            template.bytes(Constant.CKA_ID, idBytes());
        }
        return template;
    }

    @Override
    public String toString() {
        return (label == null ? "" : "label '" + label + "'") + (label != null && id != null ? ", " : "")
                + (id == null ? "" : "id " + id);
    }
}
