// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import maaxboard.entropy.cli.ExitCode;

/** A command cannot go on: one line for people, and the exit code. */
final class CliException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    CliException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
