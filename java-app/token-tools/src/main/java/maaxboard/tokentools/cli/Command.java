// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One command of {@code token}, described to picocli in code as the wrapper's are. */
interface Command {
    /** The word after {@code token}. */
    String name();

    /** One line for the list of commands. */
    String summary();

    /** Adds options, operands and help texts. */
    void describe(CommandSpec spec);

    /** Does it. */
    ExitCode run(ParseResult arguments) throws Exception;
}
