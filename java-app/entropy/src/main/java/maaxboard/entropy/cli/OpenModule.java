// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import maaxboard.entropy.daemon.Configuration;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.pkcs11.ModuleException;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.entropy.pkcs11.Trace;
import maaxboard.entropy.source.Selection;

/** The configured module, loaded and initialised for a one-shot command; closing finalises it. */
final class OpenModule implements AutoCloseable {
    private final Pkcs11Module module;

    private OpenModule(Pkcs11Module module) {
        this.module = module;
    }

    /** @param spy route the calls through OpenSC's pkcs11-spy, which prints them to standard error */
    static OpenModule open(Configuration configuration, Trace trace, boolean spy)
            throws ModuleException, Pkcs11Exception, CliException, LinuxException {
        if (configuration.modules().size() != 1) {
            throw new CliException(ExitCode.USAGE, "--module: expected one module, got " + configuration.modules().size());
        }
        var path = configuration.modules().getFirst();
        var module = Pkcs11Module.load(spy ? spyFor(path) : path);
        module.trace(trace);
        module.initialize(configuration.initArgs());
        return new OpenModule(module);
    }

    static Path spyFor(Path module) throws CliException, LinuxException {
        var folder = module.toAbsolutePath().getParent();
        for (var candidate : List.of(folder.resolve("pkcs11-spy.so"), folder.resolve("pkcs11").resolve("pkcs11-spy.so"))) {
            if (Files.exists(candidate)) {
                SelfProtection.setNativeEnvironment("PKCS11SPY", module.toString());
                return candidate;
            }
        }
        throw new CliException(ExitCode.UNAVAILABLE, "--spy: no pkcs11-spy.so beside " + module
                + "; it comes with OpenSC, install it or leave --spy away");
    }

    Pkcs11Module module() {
        return module;
    }

    /** The one wanted token with a random generator; if several fit, the first. */
    Selection.Candidate choose(Selection selection) throws Pkcs11Exception, CliException {
        var candidates = Selection.candidates(module);
        var chosen = selection.choose(candidates);
        if (!chosen.isEmpty()) {
            return chosen.values().iterator().next();
        }
        if (candidates.isEmpty()) {
            throw new CliException(ExitCode.UNAVAILABLE, "module " + module.path()
                    + ": no token in any slot; plug one in, and see that pcscd runs ('entropy doctor')");
        }
        var list = candidates.stream().map(candidate -> "0x" + Long.toHexString(candidate.slot()) + " ("
                + candidate.token().label() + ", serial " + candidate.token().serial()
                + (candidate.token().hasRng() ? ")" : ", no random generator)")).collect(Collectors.joining(", "));
        throw new CliException(ExitCode.UNAVAILABLE, "module " + module.path() + ": "
                + (selection.isAny() ? "no token has a random generator" : "no token with a random generator fits the selection")
                + "; slots with a token: " + list);
    }

    @Override
    public void close() {
        try {
            module.terminate();
        } catch (Pkcs11Exception e) {
            if (e.returnValue() != ReturnValue.CRYPTOKI_NOT_INITIALIZED) {
                System.err.println("entropy: " + e.getMessage());
            }
        }
    }

    /** A trace to standard error where it is asked for. */
    static Trace trace(boolean wanted) {
        return wanted ? (call, rv, nanos) -> System.err.printf("trace: %s = %s, %.3f ms%n", call, ReturnValue.text(rv),
                nanos / 1e6) : null;
    }
}
