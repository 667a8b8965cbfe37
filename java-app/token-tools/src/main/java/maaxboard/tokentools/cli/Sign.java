// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import maaxboard.entropy.cli.ExitCode;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.Hash;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code token sign}. */
final class Sign implements Command {
    private static final int PIECE = 64 * 1024;

    @Override
    public String name() {
        return "sign";
    }

    @Override
    public String summary() {
        return "Sign a file with a key on the token.";
    }

    @Override
    public void describe(CommandSpec spec) {
        Options.addName(spec);
        Options.addText(spec, "HASH", "sha256, sha384 or sha512 (default: what suits the key)", "--hash");
        Options.addFlag(spec, "RSASSA-PSS instead of PKCS #1 v1.5", "--pss");
        Options.addText(spec, "FILE", "what to sign (default: standard input)", "-i", "--input-file");
        Options.addText(spec, "FILE", "where to (default: standard output)", "-o", "--output-file");
        Options.addFlag(spec, "write JSON, the signature in base64", "--json");
        Options.addToken(spec);
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        var wanted = hash(Options.text(arguments, "--hash"));
        var input = Options.text(arguments, "--input-file");
        if (input != null && !Files.isRegularFile(Path.of(input))) {
            throw new CliException(ExitCode.NO_INPUT, "input " + input + ": no such file");
        }
        var name = Options.name(arguments);
        try (var open = OpenToken.open(arguments)) {
            var key = open.token().key(name);
            var hash = wanted == null ? key.publicKey() == null ? Hash.SHA256 : key.hash() : wanted;
            byte[] digest;
            try (var in = input == null ? System.in : Files.newInputStream(Path.of(input))) {
                digest = digest(hash, in);
            }
            var signature = open.token().sign(name, hash, Options.flag(arguments, "--pss"), digest);
            var output = Options.text(arguments, "--output-file");
            if (Options.flag(arguments, "--json")) {
                Output.write(output, Json.object(json -> {
                    Json.key(json, key);
                    json.writeStringField("hash", hash.name().toLowerCase(Locale.ROOT));
                    json.writeStringField("signature", Base64.getEncoder().encodeToString(signature));
                }));
            } else {
                Output.write(output, signature);
            }
        }
        return ExitCode.OK;
    }

    private static Hash hash(String text) throws CliException {
        if (text == null) {
            return null;
        }
        for (var hash : Hash.values()) {
            if (hash.name().equalsIgnoreCase(text)) {
                return hash;
            }
        }
        throw new CliException(ExitCode.USAGE, "--hash: expected sha256, sha384 or sha512");
    }

    private static byte[] digest(Hash hash, InputStream in) throws IOException {
        var digest = hash.digest();
        var piece = new byte[PIECE];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            digest.update(piece, 0, n);
        }
        return digest.digest();
    }
}
