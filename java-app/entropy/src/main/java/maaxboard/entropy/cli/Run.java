// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.nio.file.Files;
import java.util.List;
import maaxboard.entropy.daemon.Daemon;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.daemon.Log;
import maaxboard.entropy.pkcs11.Pkcs11Module;

/** {@code entropy run}: the service, in the foreground. */
final class Run implements Command {
    private static final int MOST_DESCRIPTOR = 65_535;

    @Override
    public String name() {
        return "run";
    }

    @Override
    public String summary() {
        return "Fill the region from the tokens until SIGTERM.";
    }

    @Override
    public void describe(Description description) {
        Options.addKeys(description, List.of(Key.values()));
        Options.addFlag(description, "check the configuration and end", "--check-config");
        Options.addText(description, "N", "descriptor that gets a line, and is closed, once the service serves",
                "--ready-fd");
        Options.addFlag(description, "trace the calls into the module to standard error", "--trace");
        Options.addFlag(description, "refused: pkcs11-spy would print the random bytes", "--spy");
        description.footer("", "SIGHUP reads the configuration again, SIGUSR1 starts a start-up test of every token.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        Generate.refuseSpy(arguments);
        var configuration = Options.configuration(arguments);
        int readyDescriptor = (int) Options.number(arguments, "--ready-fd", "a descriptor", 0, MOST_DESCRIPTOR);
        if (Options.flag(arguments, "--check-config")) {
            System.out.println("configuration is right");
            return ExitCode.OK;
        }
        for (var module : configuration.modules()) {
            Pkcs11Module.load(module);
        }
        var log = configuration.syslog() ? Log.toSyslog(configuration.logLevel())
                : Log.to(System.err, configuration.logLevel());
        if (!Files.isDirectory(configuration.runDirectory()) && !canCreate(configuration.runDirectory())) {
            throw new CliException(ExitCode.CANNOT_CREATE, "run-directory " + configuration.runDirectory()
                    + ": cannot be created; make it, owned by this user, or name another with --run-directory");
        }
        var daemon = new Daemon(configuration, log, OpenModule.trace(Options.flag(arguments, "--trace")));
        if (readyDescriptor > 0) {
            daemon.saysReadyOn(readyDescriptor);
        }
        daemon.run(() -> Options.configuration(arguments));
        return ExitCode.OK;
    }

    private static boolean canCreate(java.nio.file.Path folder) {
        try {
            Files.createDirectories(folder);
            return true;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
