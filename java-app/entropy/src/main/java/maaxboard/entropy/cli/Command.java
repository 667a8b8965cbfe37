// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.List;

/** One command of {@code entropy}. Commands are described in code: annotations would cost reflection. */
interface Command {
    /** The word, or words, after {@code entropy}. */
    String name();

    /** One line for the list of commands. */
    String summary();

    /** Adds options, operands and help texts. */
    void describe(Description description);

    /** Does it. */
    ExitCode run(Arguments arguments) throws Exception;

    /** Commands below this one; then {@link #run} is not called. */
    default List<Command> children() {
        return List.of();
    }
}
