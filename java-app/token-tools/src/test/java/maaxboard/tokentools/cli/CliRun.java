// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.io.PrintStream;

/** The way into {@link Main} for tests. */
public final class CliRun {
    private CliRun() {
    }

    public static int of(PrintStream out, PrintStream err, String... arguments) {
        return Main.run(out, err, arguments).code();
    }
}
