// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A request's JSON: one object whose members are strings, flags, or lists of strings, and no others than are known. */
final class Body {
    private static final JsonFactory FACTORY = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Map<String, Object> members;

    private Body(Map<String, Object> members) {
        this.members = members;
    }

    static Body parse(byte[] text, Set<String> known) throws Problem {
        var members = new HashMap<String, Object>();
        try (var parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Problem(400, "expected a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (!known.contains(name)) {
                    throw new Problem(400, "unknown member; known are " + String.join(", ", known.stream().sorted().toList()));
                }
                parser.nextToken();
                members.put(name, value(parser, name));
            }
            if (parser.nextToken() != null) {
                throw new Problem(400, "expected one JSON object and nothing behind it");
            }
        } catch (IOException e) {
            throw new Problem(400, "the body is no JSON");
        }
        return new Body(members);
    }

    private static Object value(JsonParser parser, String name) throws IOException, Problem {
        switch (parser.currentToken()) {
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_TRUE -> {
                return true;
            }
            case VALUE_FALSE -> {
                return false;
            }
            case START_ARRAY -> {
                var list = new ArrayList<String>();
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    list.add(parser.getText());
                }
                if (parser.currentToken() == JsonToken.END_ARRAY) {
                    return List.copyOf(list);
                }
            }
            default -> {
                // said below
            }
        }
        throw new Problem(400, "member '" + name + "': expected a string, a list of strings, true or false");
    }

    /** A string, or null. */
    String text(String name) throws Problem {
        return switch (members.get(name)) {
            case null -> null;
            case String text -> text;
            default -> throw new Problem(400, "member '" + name + "': expected a string");
        };
    }

    /** A string that has to be there. */
    String required(String name) throws Problem {
        var text = text(name);
        if (text == null) {
            throw new Problem(400, "member '" + name + "' is missing");
        }
        return text;
    }

    boolean flag(String name) throws Problem {
        return switch (members.get(name)) {
            case null -> false;
            case Boolean flag -> flag;
            default -> throw new Problem(400, "member '" + name + "': expected true or false");
        };
    }

    List<String> texts(String name) throws Problem {
        return switch (members.get(name)) {
            case null -> List.of();
            case List<?> list -> list.stream().map(String.class::cast).toList();
            default -> throw new Problem(400, "member '" + name + "': expected a list of strings");
        };
    }
}
