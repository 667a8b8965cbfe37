// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.CertificateRequest;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code token request}. */
final class Request implements Command {
    @Override
    public String name() {
        return "request";
    }

    @Override
    public String summary() {
        return "Write a certificate request (PKCS #10) for a key, signed on the token.";
    }

    @Override
    public void describe(CommandSpec spec) {
        Options.addName(spec);
        Options.addText(spec, "NAME", "such as CN=www.example.org,O=Example", "--subject");
        Options.addTexts(spec, "NAME", "a DNS name as alternative name; may be given several times", "--dns");
        Options.addTexts(spec, "ADDRESS", "an IP address as alternative name; may be given several times", "--ip");
        Options.addText(spec, "FILE", "where to (default: standard output)", "-o", "--output-file");
        Options.addFlag(spec, "write JSON", "--json");
        Options.addToken(spec);
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        var subject = Options.required(arguments, "--subject");
        var name = Options.name(arguments);
        try (var open = OpenToken.open(arguments)) {
            var pem = CertificateRequest.make(open.token(), name, subject, Options.texts(arguments, "--dns"),
                    Options.texts(arguments, "--ip"));
            Output.write(Options.text(arguments, "--output-file"), Options.flag(arguments, "--json")
                    ? Json.object(json -> json.writeStringField("request", pem)) : pem);
        }
        return ExitCode.OK;
    }
}
