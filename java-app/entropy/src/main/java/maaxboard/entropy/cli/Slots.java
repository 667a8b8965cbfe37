// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import maaxboard.entropy.pkcs11.ModuleInfo;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.Pkcs11Uri;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.entropy.pkcs11.SlotInfo;
import maaxboard.entropy.pkcs11.TokenInfo;

/** {@code entropy slots}: what {@code pkcs11-tool -L} shows. */
final class Slots implements Command {
    @Override
    public String name() {
        return "slots";
    }

    @Override
    public String summary() {
        return "List the module's slots and the tokens in them.";
    }

    @Override
    public void describe(Description description) {
        Options.addKeys(description, Options.TOKEN_KEYS.subList(0, 2));
        Options.addFlag(description, "write JSON", "--json");
        Options.addFlag(description, "only slots with a token", "--with-token");
        Options.addFlag(description, "trace the calls into the module to standard error", "--trace");
        Options.addFlag(description, "route the calls through OpenSC's pkcs11-spy", "--spy");
        description.footer("", "Slots stand as 'pkcs11-tool -L' shows them. IDs, labels, serial numbers and URIs can be"
                + " copied from here into --slot, --token-label, --serial and --uri, or into the configuration.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        var configuration = Options.configuration(arguments);
        try (var open = OpenModule.open(configuration, OpenModule.trace(Options.flag(arguments, "--trace")),
                Options.flag(arguments, "--spy"))) {
            var module = open.module();
            var out = Main.utf8(System.out);
            boolean withToken = Options.flag(arguments, "--with-token");
            if (Options.flag(arguments, "--json")) {
                out.print(json(module, withToken));
            } else {
                print(module, withToken, out);
            }
            out.flush();
        }
        return ExitCode.OK;
    }

    private static TokenInfo token(Pkcs11Module module, SlotInfo slot) throws Pkcs11Exception {
        try {
            return slot.tokenPresent() ? module.tokenInfo(slot.id()) : null;
        } catch (Pkcs11Exception e) {
            if (e.returnValue() == ReturnValue.TOKEN_NOT_RECOGNIZED || e.returnValue() == ReturnValue.TOKEN_NOT_PRESENT) {
                return null;
            }
            throw e;
        }
    }

    private static void print(Pkcs11Module module, boolean withToken, PrintStream out) throws Pkcs11Exception {
        out.println("Available slots:");
        int index = 0;
        for (long id : module.slots(withToken)) {
            var slot = module.slotInfo(id);
            out.println("Slot " + index++ + " (" + slot.hexId() + "): " + slot.description());
            var token = token(module, slot);
            if (token == null) {
                out.println(slot.tokenPresent() ? "  (token not recognized)" : "  (empty)");
                continue;
            }
            line(out, "token label", token.label());
            line(out, "token manufacturer", token.manufacturer());
            line(out, "token model", token.model());
            line(out, "token flags", String.join(", ", token.flagNames()));
            line(out, "hardware version", token.hardware().toString());
            line(out, "firmware version", token.firmware().toString());
            line(out, "serial num", token.serial());
            line(out, "pin min/max", token.minPinLength() + "/" + token.maxPinLength());
            line(out, "uri", Pkcs11Uri.of(token));
        }
    }

    private static void line(PrintStream out, String name, String value) {
        out.printf("  %-18s : %s%n", name, value);
    }

    private static String json(Pkcs11Module module, boolean withToken) throws Pkcs11Exception, IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            ModuleInfo info = module.info();
            json.writeObjectFieldStart("module");
            json.writeStringField("path", module.path().toString());
            json.writeStringField("cryptoki", info.cryptoki().toString());
            json.writeStringField("manufacturer", info.manufacturer());
            json.writeStringField("description", info.description());
            json.writeStringField("version", info.library().toString());
            json.writeEndObject();
            json.writeArrayFieldStart("slots");
            for (long id : module.slots(withToken)) {
                var slot = module.slotInfo(id);
                json.writeStartObject();
                json.writeStringField("id", slot.hexId());
                json.writeStringField("description", slot.description());
                json.writeStringField("manufacturer", slot.manufacturer());
                json.writeBooleanField("tokenPresent", slot.tokenPresent());
                var token = token(module, slot);
                if (token != null) {
                    write(json, token);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    private static void write(JsonGenerator json, TokenInfo token) throws IOException {
        json.writeObjectFieldStart("token");
        json.writeStringField("label", token.label());
        json.writeStringField("manufacturer", token.manufacturer());
        json.writeStringField("model", token.model());
        json.writeStringField("serial", token.serial());
        json.writeArrayFieldStart("flags");
        for (var flag : token.flagNames()) {
            json.writeString(flag);
        }
        json.writeEndArray();
        json.writeStringField("hardwareVersion", token.hardware().toString());
        json.writeStringField("firmwareVersion", token.firmware().toString());
        json.writeNumberField("pinMin", token.minPinLength());
        json.writeNumberField("pinMax", token.maxPinLength());
        json.writeStringField("uri", Pkcs11Uri.of(token));
        json.writeEndObject();
    }
}
