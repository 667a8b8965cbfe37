// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;
import maaxboard.entropy.daemon.ConfigurationException;
import maaxboard.entropy.pkcs11.ModuleException;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.tokentools.token.Token;
import picocli.CommandLine.ParseResult;

/** The configured module, initialised, and the token that was chosen; closing finalises the module. */
final class OpenToken implements AutoCloseable {
    private final Pkcs11Module module;
    private final Token token;

    private OpenToken(Pkcs11Module module, Token token) {
        this.module = module;
        this.token = token;
    }

    static OpenToken open(ParseResult arguments)
            throws ConfigurationException, ModuleException, Pkcs11Exception, CliException {
        var configuration = Options.configuration(arguments);
        if (configuration.modules().size() != 1) {
            throw new CliException(ExitCode.USAGE, "--module: expected one module, got " + configuration.modules().size());
        }
        var module = Pkcs11Module.load(configuration.modules().getFirst());
        if (Options.flag(arguments, "--trace")) {
            module.trace((call, rv, nanos) -> System.err.printf("trace: %s = %s, %.3f ms%n", call, ReturnValue.text(rv),
                    nanos / 1e6));
        }
        module.initialize(configuration.initArgs());
        return new OpenToken(module, new Token(module, configuration.selection(), configuration.pinSource()));
    }

    Token token() {
        return token;
    }

    @Override
    public void close() {
        token.close();
        try {
            module.terminate();
        } catch (Pkcs11Exception e) {
            System.err.println(Main.NAME + ": " + e.getMessage());
        }
    }
}
