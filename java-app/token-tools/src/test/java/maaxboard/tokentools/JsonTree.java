// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps and lists, and as much of JSON Schema as openapi.json uses. */
final class JsonTree {
    private JsonTree() {
    }

    static Map<String, Object> object(String text) throws IOException {
        try (var parser = new JsonFactory().createParser(text)) {
            parser.nextToken();
            return map(value(parser));
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                var map = new LinkedHashMap<String, Object>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    var name = parser.currentName();
                    parser.nextToken();
                    map.put(name, value(parser));
                }
                return map;
            }
            case START_ARRAY -> {
                var list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                return list;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            default -> {
                return parser.getLongValue();
            }
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    /** The member behind these names. */
    static Object at(Object value, String... names) {
        for (var name : names) {
            value = value == null ? null : map(value).get(name);
        }
        return value;
    }

    /** What the schema has against the value; empty: nothing. */
    static List<String> faults(Map<String, Object> document, Map<String, Object> schema, Object value, String where) {
        if (schema.get("$ref") instanceof String ref) {
            return faults(document, map(at(document, ref.substring(2).split("/"))), value, where);
        }
        var faults = new ArrayList<String>();
        if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(value)) {
            faults.add(where + ": " + value + " is not one of " + allowed);
        }
        boolean fits = switch ((String) schema.getOrDefault("type", "")) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "integer" -> value instanceof Long;
            case "boolean" -> value instanceof Boolean;
            default -> true;
        };
        if (!fits) {
            faults.add(where + ": is no " + schema.get("type"));
        } else if (value instanceof Map<?, ?> members) {
            var known = map(schema.getOrDefault("properties", Map.of()));
            for (var member : members.keySet()) {
                if (known.containsKey(member)) {
                    faults.addAll(faults(document, map(known.get(member)), members.get(member), where + "/" + member));
                } else if (Boolean.FALSE.equals(schema.get("additionalProperties"))) {
                    faults.add(where + ": unknown member " + member);
                }
            }
            for (var required : (List<?>) schema.getOrDefault("required", List.of())) {
                if (!members.containsKey(required)) {
                    faults.add(where + ": member " + required + " is missing");
                }
            }
        } else if (value instanceof List<?> items && schema.containsKey("items")) {
            for (var item : items) {
                faults.addAll(faults(document, map(schema.get("items")), item, where + "[]"));
            }
        }
        return faults;
    }
}
