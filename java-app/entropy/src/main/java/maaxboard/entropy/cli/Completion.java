// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import picocli.AutoComplete;
import picocli.CommandLine;

/** {@code entropy completion}: the script that makes bash and zsh complete this program's command lines. */
final class Completion implements Command {
    @Override
    public String name() {
        return "completion";
    }

    @Override
    public String summary() {
        return "Print the completion script for bash and zsh.";
    }

    @Override
    public void describe(Description description) {
        description.footer("", "For this shell: . <(entropy completion). For all: write it to"
                + " /usr/share/bash-completion/completions/entropy.");
    }

    @Override
    public ExitCode run(Arguments arguments) {
        var out = Main.utf8(System.out);
        out.print(AutoComplete.bash(Main.NAME, new CommandLine(Main.fullSpec())));
        out.flush();
        return ExitCode.OK;
    }
}
