// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.List;
import maaxboard.entropy.daemon.Key;

/** {@code entropy clear}: ends a token's quarantine. */
final class Clear implements Command {
    @Override
    public String name() {
        return "clear";
    }

    @Override
    public String summary() {
        return "End a token's quarantine; it begins anew with a start-up test.";
    }

    @Override
    public void describe(Description description) {
        Options.addText(description, "SERIAL", "the token's serial number, as 'entropy status' shows it", "--serial");
        Options.addKeys(description, List.of(Key.RUN_DIRECTORY));
        description.footer("", "A token is quarantined when its bytes have failed a health test for good, or look like"
                + " another token's. Find out why first: 'entropy status' shows its last error.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        var serial = Options.text(arguments, "--serial");
        if (serial == null || serial.isBlank()) {
            throw new CliException(ExitCode.USAGE, "--serial is missing: expected a serial number from 'entropy status'");
        }
        System.out.print(StatusCommand.ask(Options.configuration(arguments).runDirectory(), "clear " + serial));
        System.out.flush();
        return ExitCode.OK;
    }
}
