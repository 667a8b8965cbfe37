// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.KeyAlgorithm;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code token keypair}. */
final class KeyPair implements Command {
    private static final String DEFAULT = "EC:prime256v1";

    @Override
    public String name() {
        return "keypair";
    }

    @Override
    public String summary() {
        return "Make a key pair on the token; the private key never leaves it.";
    }

    @Override
    public void describe(CommandSpec spec) {
        Options.addText(spec, "ALGORITHM", "one of " + KeyAlgorithm.names() + " (default " + DEFAULT + ")", "--key-type");
        Options.addName(spec);
        Options.addFlag(spec, "write JSON", "--json");
        Options.addToken(spec);
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        var type = Options.text(arguments, "--key-type");
        var algorithm = KeyAlgorithm.named(type == null ? DEFAULT : type);
        Options.required(arguments, "--label");
        var name = Options.name(arguments);
        try (var open = OpenToken.open(arguments)) {
            var key = open.token().generate(algorithm, name);
            System.out.print(Options.flag(arguments, "--json") ? Json.object(json -> Json.key(json, key))
                    : algorithm.name() + " key '" + key.label() + "', id " + key.hexId() + "\n");
        }
        return ExitCode.OK;
    }
}
