// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.doctor.Check;
import maaxboard.entropy.doctor.Doctor;
import maaxboard.entropy.doctor.Host;

/** {@code entropy doctor}: walks the stack from the USB controller up to the region's header. */
final class DoctorCommand implements Command {
    @Override
    public String name() {
        return "doctor";
    }

    @Override
    public String summary() {
        return "Walk the stack from USB up to the region; say what is not ok and what to do.";
    }

    @Override
    public void describe(Description description) {
        var keys = new ArrayList<>(Options.TOKEN_KEYS);
        keys.add(Key.REGION);
        Options.addKeys(description, keys);
        Options.addFlag(description, "write JSON", "--json");
        Options.addFlag(description, "trace the calls into the module to standard error", "--trace");
        Options.addFlag(description, "route the calls through OpenSC's pkcs11-spy; no bytes are asked for then", "--spy");
        description.footer("", "Exit code 0 if all is ok, 69 if not. It may run beside the service. Each token is"
                + " asked for 32 bytes, which are thrown away.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        var configuration = Options.configuration(arguments);
        boolean spy = Options.flag(arguments, "--spy");
        List<Path> modules = configuration.modules();
        if (spy) {
            if (modules.size() != 1) {
                throw new CliException(ExitCode.USAGE, "--spy: expected one module, got " + modules.size());
            }
            modules = List.of(OpenModule.spyFor(modules.getFirst()));
        }
        boolean json = Options.flag(arguments, "--json");
        var checks = new ArrayList<Check>();
        var out = Main.utf8(System.out);
        new Doctor(Host.THIS, new Doctor.Plan(modules, configuration.initArgs(), configuration.selection(),
                configuration.pinSource(), configuration.region(), OpenModule.trace(Options.flag(arguments, "--trace")),
                !spy), check -> {
                    checks.add(check);
                    if (!json) {
                        print(check, out);
                    }
                }).examine();
        if (json) {
            out.print(json(checks));
        }
        out.flush();
        long troubles = checks.stream().filter(check -> !check.isOk()).count();
        if (troubles > 0) {
            throw new CliException(ExitCode.UNAVAILABLE, troubles + " of " + checks.size() + " checks are not ok");
        }
        return ExitCode.OK;
    }

    private static void print(Check check, PrintStream out) {
        out.printf("%-6s  %-14s  %s%s%n", check.isOk() ? "ok" : "not ok", check.name(), check.finding(),
                check.isOk() ? "" : " -> " + check.advice());
    }

    private static String json(List<Check> checks) throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeBooleanField("ok", checks.stream().allMatch(Check::isOk));
            json.writeArrayFieldStart("checks");
            for (var check : checks) {
                json.writeStartObject();
                json.writeStringField("name", check.name());
                json.writeBooleanField("ok", check.isOk());
                json.writeStringField("finding", check.finding());
                json.writeStringField("advice", check.advice());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }
}
