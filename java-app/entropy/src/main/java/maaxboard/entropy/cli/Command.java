// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One command of {@code entropy}. Commands are described to picocli in code: annotations would cost reflection. */
interface Command {
    /** The word, or words, after {@code entropy}. */
    String name();

    /** One line for the list of commands. */
    String summary();

    /** Adds options, operands and help texts. */
    void describe(CommandSpec spec);

    /** Does it. */
    ExitCode run(ParseResult arguments) throws Exception;

    /** Commands below this one; then {@link #run} is not called. */
    default List<Command> children() {
        return List.of();
    }
}
