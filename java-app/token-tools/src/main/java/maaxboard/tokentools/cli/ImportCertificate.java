// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import maaxboard.entropy.cli.ExitCode;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.Certificates;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code token import-certificate}. */
final class ImportCertificate implements Command {
    private static final long LONGEST = 64 * 1024;

    @Override
    public String name() {
        return "import-certificate";
    }

    @Override
    public String summary() {
        return "Put a certificate on the token, beside the key it was made for.";
    }

    @Override
    public void describe(CommandSpec spec) {
        spec.addPositional(PositionalParamSpec.builder().paramLabel("FILE").index("0").arity("1").type(String.class)
                .description("the certificate, PEM or DER").build());
        Options.addName(spec);
        Options.addFlag(spec, "write JSON", "--json");
        Options.addToken(spec);
        spec.usageMessage().footer("", "Without --label and --id the key is found by the certificate's public key.");
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        var file = Path.of(arguments.matchedPositionalValue(0, ""));
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new CliException(ExitCode.NO_INPUT, "certificate " + file + ": cannot be read");
        }
        if (Files.size(file) > LONGEST) {
            throw new CliException(ExitCode.DATA, "certificate " + file + ": longer than " + LONGEST + " bytes");
        }
        var certificate = Certificates.parse(Files.readAllBytes(file));
        var name = Options.name(arguments);
        try (var open = OpenToken.open(arguments)) {
            var key = open.token().importCertificate(certificate, name);
            System.out.print(Options.flag(arguments, "--json") ? Json.object(json -> Json.key(json, key))
                    : "certificate of " + certificate.getSubjectX500Principal().getName() + " beside key '" + key.label()
                            + "', id " + key.hexId() + "\n");
        }
        return ExitCode.OK;
    }
}
