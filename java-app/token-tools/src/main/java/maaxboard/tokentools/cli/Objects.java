// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.TokenObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code token objects}. */
final class Objects implements Command {
    @Override
    public String name() {
        return "objects";
    }

    @Override
    public String summary() {
        return "List keys, certificates and data on the token; private ones with --pin-source.";
    }

    @Override
    public void describe(CommandSpec spec) {
        Options.addFlag(spec, "write JSON", "--json");
        Options.addToken(spec);
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        try (var open = OpenToken.open(arguments)) {
            var token = open.token();
            var objects = token.objects();
            if (Options.flag(arguments, "--json")) {
                var info = token.info();
                long slot = token.slotId();
                System.out.print(Json.object(json -> {
                    json.writeObjectFieldStart("token");
                    Json.token(json, slot, info);
                    json.writeEndObject();
                    json.writeArrayFieldStart("objects");
                    for (var object : objects) {
                        json.writeStartObject();
                        Json.object(json, object);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                }));
            } else {
                objects.forEach(object -> System.out.println(line(object)));
            }
        }
        return ExitCode.OK;
    }

    private static String line(TokenObject object) {
        return "%-12s %-14s id %-8s '%s'%s%s".formatted(object.type(), object.algorithm() == null ? "-" : object.algorithm(),
                object.id() == null ? "-" : object.id(), object.label(),
                object.extractable() == null ? "" : object.extractable() ? ", extractable" : ", never leaves the token",
                object.subject() == null ? "" : ", " + object.subject() + ", until " + object.notAfter());
    }
}
