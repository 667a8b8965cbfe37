// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A subject's rows with where and when they were measured; kept as JSON, every single value in it.
 *
 * @param load the machine's load average of one minute, before and after
 */
record Result(String subject, String about, String machine, String when, String load, List<Row> rows) {
    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (var json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("subject", subject);
            json.writeStringField("about", about);
            json.writeStringField("machine", machine);
            json.writeStringField("when", when);
            json.writeStringField("load", load);
            json.writeArrayFieldStart("rows");
            for (var row : rows) {
                json.writeStartObject();
                json.writeStringField("what", row.what());
                json.writeStringField("unit", row.unit());
                json.writeStringField("against", row.against());
                json.writeNumberField("target", row.target());
                json.writeFieldName("ours");
                json.writeArray(row.ours(), 0, row.ours().length);
                json.writeFieldName("other");
                json.writeArray(row.other(), 0, row.other().length);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        Files.writeString(file, Files.readString(file).stripTrailing() + "\n");
    }

    static Result read(Path file) throws IOException {
        try (var json = new JsonFactory().createParser(Files.readAllBytes(file))) {
            var texts = new java.util.HashMap<String, String>();
            var rows = new ArrayList<Row>();
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                if (json.nextToken() == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        rows.add(row(json));
                    }
                } else {
                    texts.put(name, json.getText());
                }
            }
            return new Result(texts.get("subject"), texts.get("about"), texts.get("machine"), texts.get("when"),
                    texts.get("load"), rows);
        }
    }

    private static Row row(JsonParser json) throws IOException {
        var texts = new java.util.HashMap<String, String>();
        var values = new java.util.HashMap<String, double[]>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var name = json.currentName();
            if (json.nextToken() == JsonToken.START_ARRAY) {
                var list = new ArrayList<Double>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(json.getDoubleValue());
                }
                values.put(name, list.stream().mapToDouble(Double::doubleValue).toArray());
            } else {
                texts.put(name, json.getText());
            }
        }
        return new Row(texts.get("what"), texts.get("unit"), values.get("ours"), texts.get("against"), values.get("other"),
                Double.parseDouble(texts.get("target")));
    }
}
