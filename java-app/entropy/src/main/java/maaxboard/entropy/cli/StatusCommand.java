// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import maaxboard.entropy.daemon.ControlSocket;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.linux.LinuxException;

/** {@code entropy status}: what the running service says of itself. */
final class StatusCommand implements Command {
    @Override
    public String name() {
        return "status";
    }

    @Override
    public String summary() {
        return "Show what the running service does: tokens, states, bytes, errors.";
    }

    @Override
    public void describe(Description description) {
        Options.addKeys(description, List.of(Key.RUN_DIRECTORY));
        Options.addFlag(description, "write JSON", "--json");
        description.footer("", "It asks the service through the socket 'control' in its run directory, which only root"
                + " and the service's own user may use.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        System.out.print(ask(Options.configuration(arguments).runDirectory(),
                Options.flag(arguments, "--json") ? "status-json" : "status"));
        System.out.flush();
        return ExitCode.OK;
    }

    /** Asks the running service, or says why that is not possible. */
    static String ask(Path runDirectory, String line) throws CliException {
        try {
            return ControlSocket.ask(runDirectory, line);
        } catch (LinuxException e) {
            throw new CliException(e.notPermitted() ? ExitCode.NOT_PERMITTED : ExitCode.UNAVAILABLE,
                    ControlSocket.path(runDirectory) + (e.notPermitted() ? ": not permitted; be root or the service's user"
                            : ": no service answers; start it with 'entropy run' or its init script"));
        } catch (IOException e) {
            throw new CliException(ExitCode.UNAVAILABLE, e.getMessage());
        }
    }
}
