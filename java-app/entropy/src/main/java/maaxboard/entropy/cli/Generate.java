// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.Arrays;
import java.util.HexFormat;
import java.nio.charset.StandardCharsets;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.pkcs11.Session;
import maaxboard.entropy.source.PinSource;

/** {@code entropy generate}: random bytes straight from a token, as {@code pkcs11-tool --generate-random} gives them. */
final class Generate implements Command {
    private static final long MOST = 1L << 30;

    @Override
    public String name() {
        return "generate";
    }

    @Override
    public String summary() {
        return "Write random bytes of one token to a file or standard output, as they come.";
    }

    @Override
    public void describe(Description description) {
        Options.addText(description, "N", "how many bytes, 1 to " + MOST, "-n", "--bytes");
        Options.addKeys(description, Options.TOKEN_KEYS);
        Options.addText(description, "FILE", "where to (default: standard output)", "-o", "--output-file");
        Options.addFlag(description, "write hexadecimal digits", "--hex");
        Options.addFlag(description, "trace the calls into the module to standard error", "--trace");
        Options.addFlag(description, "refused: pkcs11-spy would print the random bytes", "--spy");
        description.footer("", "The bytes are the token's own; the health tests stand in 'entropy run' and 'entropy assess'.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        refuseSpy(arguments);
        SelfProtection.forbidCoreDumps();
        long count = Options.number(arguments, "--bytes", "a number of bytes", 0, MOST);
        if (count == 0) {
            throw new CliException(ExitCode.USAGE, "--bytes is missing: expected how many bytes");
        }
        boolean hex = Options.flag(arguments, "--hex");
        var output = Options.text(arguments, "--output-file");
        if (output == null && !hex && System.console() != null && System.console().isTerminal()) {
            throw new CliException(ExitCode.USAGE, "standard output is a terminal; use -o FILE or --hex");
        }
        var configuration = Options.configuration(arguments);
        try (var open = OpenModule.open(configuration, OpenModule.trace(Options.flag(arguments, "--trace")), false)) {
            var token = open.choose(configuration.selection());
            var session = open.module().openSession(token.slot());
            try (var file = OutputFile.open(output)) {
                if (configuration.pinSource() != null && token.token().loginRequired()) {
                    login(session, configuration.pinSource());
                }
                var block = new byte[configuration.blockBytes()];
                for (long left = count; left > 0; ) {
                    int length = (int) Math.min(left, block.length);
                    session.generateRandom(block, 0, length);
                    if (hex) {
                        file.stream().write(HexFormat.of().formatHex(block, 0, length).getBytes(StandardCharsets.US_ASCII));
                    } else {
                        file.stream().write(block, 0, length);
                    }
                    left -= length;
                }
                if (hex) {
                    file.stream().write('\n');
                }
                Arrays.fill(block, (byte) 0);
                file.commit();
            } finally {
                session.close();
            }
        }
        return ExitCode.OK;
    }

    static void refuseSpy(Arguments arguments) throws CliException {
        if (Options.flag(arguments, "--spy")) {
            throw new CliException(ExitCode.USAGE,
                    "--spy is refused here: pkcs11-spy would print random bytes and PINs; use --trace");
        }
    }

    private static void login(Session session, PinSource source) throws Exception {
        var pin = source.read();
        try {
            session.login(pin);
        } finally {
            Arrays.fill(pin, (byte) 0);
        }
    }
}
