// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import maaxboard.entropy.pkcs11.Pkcs11Uri;
import maaxboard.entropy.pkcs11.TokenInfo;
import maaxboard.tokentools.token.TokenKey;
import maaxboard.tokentools.token.TokenObject;

/** What commands and service say as JSON: the same fields in both. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {
    }

    /** Writes fields into an object. */
    @FunctionalInterface
    public interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** One object, with a line's end. */
    public static String object(Fields fields) throws IOException {
        var text = new StringWriter();
        try (var json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    /** A token's fields. */
    public static void token(JsonGenerator json, long slot, TokenInfo token) throws IOException {
        json.writeStringField("slot", "0x" + Long.toHexString(slot));
        json.writeStringField("label", token.label());
        json.writeStringField("manufacturer", token.manufacturer());
        json.writeStringField("model", token.model());
        json.writeStringField("serial", token.serial());
        json.writeArrayFieldStart("flags");
        for (var flag : token.flagNames()) {
            json.writeString(flag);
        }
        json.writeEndArray();
        json.writeStringField("uri", Pkcs11Uri.of(token));
    }

    /** A key's fields. */
    public static void key(JsonGenerator json, TokenKey key) throws IOException {
        json.writeStringField("label", key.label());
        json.writeStringField("id", key.hexId());
        optional(json, "algorithm", key.publicKey() == null ? null : key.algorithm());
    }

    /** An object's fields; what does not apply is left out. */
    public static void object(JsonGenerator json, TokenObject object) throws IOException {
        json.writeStringField("type", object.type());
        json.writeStringField("label", object.label());
        optional(json, "id", object.id());
        optional(json, "algorithm", object.algorithm());
        if (object.extractable() != null) {
            json.writeBooleanField("extractable", object.extractable());
        }
        optional(json, "subject", object.subject());
        optional(json, "notAfter", object.notAfter());
    }

    private static void optional(JsonGenerator json, String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }
}
