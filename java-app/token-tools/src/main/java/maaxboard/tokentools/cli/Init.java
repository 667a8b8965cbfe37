// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;
import maaxboard.tokentools.json.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code token init}. */
final class Init implements Command {
    @Override
    public String name() {
        return "init";
    }

    @Override
    public String summary() {
        return "Initialise a token: its label, and the user's PIN.";
    }

    @Override
    public void describe(CommandSpec spec) {
        Options.addText(spec, "LABEL", "the token's new label", "--label");
        Options.addText(spec, "SOURCE", "file:PATH or fd:N whose first line is the security officer's PIN",
                "--so-pin-source");
        Options.addFlag(spec, "erase a token that is initialised already", "--erase");
        Options.addFlag(spec, "write JSON", "--json");
        Options.addToken(spec);
        spec.usageMessage().footer("", "--pin-source names the user's new PIN. An empty slot's token is chosen by --slot or"
                + " --slot-index.");
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        var label = Options.required(arguments, "--label");
        var officer = Options.pinSource(arguments, "--so-pin-source");
        try (var open = OpenToken.open(arguments)) {
            var token = open.token();
            token.initialize(label, officer, Options.flag(arguments, "--erase"));
            var info = token.info();
            long slot = token.slotId();
            System.out.print(Options.flag(arguments, "--json")
                    ? Json.object(json -> Json.token(json, slot, info))
                    : "token '" + info.label() + "' in slot 0x" + Long.toHexString(slot) + ", serial " + info.serial()
                            + "\n");
        }
        return ExitCode.OK;
    }
}
