// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A PKCS#11 URI (RFC 7512) as far as it names a module, a slot or a token. A null component matches anything.
 *
 * @param token the token's label
 * @param slotId slot ID, or null
 * @param modulePath file of the module, or null
 * @param pinSource where the PIN is to be read: {@code file:PATH}, a path, or {@code fd:N}; or null
 */
public record Pkcs11Uri(String token, String manufacturer, String model, String serial, Long slotId, String modulePath,
        String pinSource) {
    private static final String SCHEME = "pkcs11:";
    private static final Pattern PIN_VALUE = Pattern.compile("pin-value", Pattern.CASE_INSENSITIVE);
    /** What is understood, and the attributes of vendors, which are let pass. */
    private static final Pattern NAME = Pattern.compile(
            "token|manufacturer|model|serial|slot-id|module-path|pin-source|x-[A-Za-z0-9_-]+");

    /**
     * Reads a URI.
     *
     * @throws IllegalArgumentException with what is wrong and what was expected. No value of the URI is repeated: a PIN
     *         may stand in any of them, by mistake
     */
    public static Pkcs11Uri parse(String text) {
        if (PIN_VALUE.matcher(text).find()) {
            throw new IllegalArgumentException(
                    "pin-value in a PKCS#11 URI is refused, others could read it; use pin-source=file:/path instead");
        }
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new IllegalArgumentException("expected a PKCS#11 URI, such as pkcs11:serial=fffe43211234");
        }
        String rest = text.substring(SCHEME.length());
        int question = rest.indexOf('?');
        var attributes = new HashMap<String, String>();
        collect(question < 0 ? rest : rest.substring(0, question), ";", attributes);
        if (question >= 0) {
            collect(rest.substring(question + 1), "&", attributes);
        }
        return new Pkcs11Uri(attributes.get("token"), attributes.get("manufacturer"),
                attributes.get("model"), attributes.get("serial"), slotId(attributes.get("slot-id")),
                attributes.get("module-path"), attributes.get("pin-source"));
    }

    private static void collect(String part, String separator, Map<String, String> attributes) {
        if (part.isEmpty()) {
            return;
        }
        for (var pair : part.split(separator, -1)) {
            int equals = pair.indexOf('=');
            var name = equals < 0 ? "" : pair.substring(0, equals);
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("attribute " + (attributes.size() + 1) + " of the PKCS#11 URI: expected"
                        + " token=, manufacturer=, model=, serial=, slot-id=, module-path= or pin-source=");
            }
            if (attributes.put(name, decode(name, pair.substring(equals + 1))) != null) {
                throw new IllegalArgumentException("attribute '" + name + "' stands twice in the PKCS#11 URI");
            }
        }
    }

    private static String decode(String name, String value) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%') {
                int code = i + 2 < value.length() ? hex(value.charAt(i + 1)) << 4 | hex(value.charAt(i + 2)) : -1;
                if (code < 0) {
                    throw new IllegalArgumentException(
                            "attribute '" + name + "' of the PKCS#11 URI: expected two hex digits after '%'");
                }
                bytes.write(code);
                i += 2;
            } else if (c > ' ' && c < 0x7f) {
                bytes.write(c);
            } else {
                throw new IllegalArgumentException("attribute '" + name
                        + "' of the PKCS#11 URI: expected blanks and characters beyond ASCII percent-encoded");
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString()
                    .stripTrailing();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("attribute '" + name + "' of the PKCS#11 URI: expected UTF-8");
        }
    }

    /** The digit's value, or a negative number that stays negative when shifted and joined with another. */
    private static int hex(char c) {
        int digit = c < 0x80 ? Character.digit(c, 16) : -1;
        return digit < 0 ? Integer.MIN_VALUE >> 4 : digit;
    }

    private static Long slotId(String text) {
        if (text == null) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("attribute 'slot-id' of the PKCS#11 URI: expected a decimal number");
        }
    }

    /** The URI that names this token and no other: model, manufacturer, serial, token, as p11tool orders them. */
    public static String of(TokenInfo token) {
        return SCHEME + "model=" + encode(token.model()) + ";manufacturer=" + encode(token.manufacturer()) + ";serial="
                + encode(token.serial()) + ";token=" + encode(token.label());
    }

    private static String encode(String value) {
        var out = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~:[]@!$'()*+,=&".indexOf(c) >= 0)) {
                out.append(c);
            } else {
                out.append("%%%02X".formatted((int) c));
            }
        }
        return out.toString();
    }

    /** Whether slot and token are what this URI names. */
    public boolean matches(long slot, TokenInfo info) {
        return (slotId == null || slotId == slot) && matches(token, info.label())
                && matches(manufacturer, info.manufacturer()) && matches(model, info.model())
                && matches(serial, info.serial());
    }

    private static boolean matches(String wanted, String there) {
        return wanted == null || wanted.equals(there);
    }
}
