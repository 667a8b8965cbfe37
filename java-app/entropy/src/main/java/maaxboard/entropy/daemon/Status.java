// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import maaxboard.entropy.health.TokenHealth;

/**
 * The daemon's state at one moment, as text for people, as JSON, and as Prometheus metrics. Times are milliseconds since
 * 1970.
 */
record Status(long startedAt, long at, TokenBook.Condition condition, String region, int full, int slots,
        long published, boolean consumerCredible, int minTokens, List<Token> tokens, List<String> hungCalls) {

    /** One token. Texts are null where there is nothing to tell. */
    record Token(String serial, String label, String manufacturer, String model, int source, String slot, String state,
            long since, long bytesRead, long bytesPublished, double bytesPerSecond, TokenHealth.Status health,
            long errorsRecovered, String lastError, long lastErrorAt) {

        static Token of(TokenEntry entry, long at) {
            var info = entry.info;
            double seconds = Math.max(1e-3, (at - entry.since) / 1e3);
            return new Token(entry.id.serial(), info == null ? null : info.label(), entry.id.manufacturer(),
                    entry.id.model(), entry.index, entry.open() ? "0x" + Long.toHexString(entry.slot) : null,
                    state(entry), entry.since, entry.bytesRead, entry.bytesPublished, entry.bytesPublished / seconds,
                    entry.health.status(), entry.errorsRecovered, entry.lastError, entry.lastErrorAt);
        }

        private static String state(TokenEntry entry) {
            if (entry.quarantined()) {
                return "quarantined";
            }
            if (!entry.open()) {
                return lower(entry.loss);
            }
            if (entry.hung) {
                return "hung";
            }
            return entry.budgetSpent ? "budget spent" : lower(entry.health.status().state());
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** As RFC 3339 has it, to the second. An Instant's own text would start the JDK's formatters in the service. */
    private static String time(long millis) {
        var text = LocalDateTime.ofEpochSecond(millis / 1000, 0, ZoneOffset.UTC).toString();
        return text + (text.length() == "2026-01-01T00:00".length() ? ":00Z" : "Z");
    }

    String text() {
        var out = new StringBuilder();
        out.append("state     ").append(condition.state()).append(", ").append(condition.reason().text()).append('\n');
        out.append("region    ").append(region).append(", ").append(full).append(" of ").append(slots)
                .append(" slots full, ").append(published).append(" bytes published\n");
        if (!consumerCredible) {
            out.append("consumer  its head lies outside the ring\n");
        }
        out.append("since     ").append(time(startedAt)).append('\n');
        for (var call : hungCalls) {
            out.append("hung      ").append(call).append('\n');
        }
        if (tokens.isEmpty()) {
            out.append("tokens    none seen yet\n");
        }
        for (var token : tokens) {
            out.append("token ").append(token.source).append("   ").append(token.serial);
            if (token.label != null) {
                out.append(" (").append(token.label).append(')');
            }
            out.append(": ").append(token.state);
            if (token.slot != null) {
                out.append(", slot ").append(token.slot);
            }
            out.append(", since ").append(time(token.since)).append('\n');
            out.append("          ").append(token.bytesPublished).append(" bytes published, ")
                    .append(Math.round(token.bytesPerSecond)).append(" B/s; units dropped ")
                    .append(token.health.dropped()).append(", alarms ").append(token.health.alarms())
                    .append(", errors recovered ").append(token.errorsRecovered).append('\n');
            if (token.lastError != null) {
                out.append("          last error ").append(time(token.lastErrorAt)).append(": ")
                        .append(token.lastError).append('\n');
            }
        }
        return out.toString();
    }

    String json() {
        var out = new StringWriter();
        try (var json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("state", condition.state().name());
            json.writeStringField("reason", condition.reason().text());
            json.writeStringField("startedAt", time(startedAt));
            json.writeStringField("at", time(at));
            json.writeObjectFieldStart("region");
            json.writeStringField("where", region);
            json.writeNumberField("slotsFull", full);
            json.writeNumberField("slots", slots);
            json.writeNumberField("bytesPublished", published);
            json.writeBooleanField("consumerCredible", consumerCredible);
            json.writeEndObject();
            json.writeNumberField("minTokens", minTokens);
            json.writeArrayFieldStart("tokens");
            for (var token : tokens) {
                json.writeStartObject();
                json.writeStringField("serial", token.serial);
                json.writeStringField("label", token.label);
                json.writeStringField("manufacturer", token.manufacturer);
                json.writeStringField("model", token.model);
                json.writeNumberField("source", token.source);
                json.writeStringField("slot", token.slot);
                json.writeStringField("state", token.state);
                json.writeStringField("since", time(token.since));
                json.writeNumberField("bytesRead", token.bytesRead);
                json.writeNumberField("bytesPublished", token.bytesPublished);
                json.writeNumberField("bytesPerSecond", Math.round(token.bytesPerSecond));
                json.writeNumberField("unitsPublished", token.health.published());
                json.writeNumberField("unitsDropped", token.health.dropped());
                json.writeNumberField("startUpTests", token.health.startUps());
                json.writeNumberField("alarms", token.health.alarms());
                json.writeNumberField("errorsRecovered", token.errorsRecovered);
                json.writeStringField("lastError", token.lastError);
                json.writeStringField("lastErrorAt", token.lastError == null ? null : time(token.lastErrorAt));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("hungCalls");
            for (var call : hungCalls) {
                json.writeString(call);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.append('\n').toString();
    }

    /** Prometheus text exposition format 0.0.4. */
    String metrics() {
        var out = new StringBuilder();
        gauge(out, "state", "producer state, as in the region's header", condition.state().ordinal());
        gauge(out, "reason", "reason of the state, as in the region's header", condition.reason().ordinal());
        gauge(out, "slots_full", "slots the consumer has not released", full);
        counter(out, "published_bytes_total", "bytes published since the region was new", published);
        head(out, "token_published_bytes_total", "counter", "bytes of this token published by this process");
        for (var token : tokens) {
            sample(out, "token_published_bytes_total", token.serial, token.bytesPublished);
        }
        head(out, "token_dropped_units_total", "counter", "units of this token that failed a health test");
        for (var token : tokens) {
            sample(out, "token_dropped_units_total", token.serial, token.health.dropped());
        }
        head(out, "token_alarms_total", "counter", "alarms of this token");
        for (var token : tokens) {
            sample(out, "token_alarms_total", token.serial, token.health.alarms());
        }
        head(out, "token_serving", "gauge", "1 while the token's bytes are published");
        for (var token : tokens) {
            sample(out, "token_serving", token.serial, token.state.equals("serving") ? 1 : 0);
        }
        return out.toString();
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP maaxboard_entropy_").append(name).append(' ').append(help).append("\n# TYPE maaxboard_entropy_")
                .append(name).append(' ').append(type).append('\n');
    }

    private static void sample(StringBuilder out, String name, String serial, long value) {
        out.append("maaxboard_entropy_").append(name).append("{serial=\"")
                .append(serial.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")).append("\"} ")
                .append(value).append('\n');
    }

    private static void gauge(StringBuilder out, String name, String help, long value) {
        head(out, name, "gauge", help);
        out.append("maaxboard_entropy_").append(name).append(' ').append(value).append('\n');
    }

    private static void counter(StringBuilder out, String name, String help, long value) {
        head(out, name, "counter", help);
        out.append("maaxboard_entropy_").append(name).append(' ').append(value).append('\n');
    }
}
