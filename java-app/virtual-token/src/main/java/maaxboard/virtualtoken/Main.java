// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.io.PrintWriter;

/** The program {@code virtual-token}. */
public final class Main {
    private Main() {}

    /** Runs until it is told to quit or interrupted; ends with a code of sysexits.h. */
    public static void main(String[] arguments) {
        var out = new PrintWriter(System.out, true);
        var err = new PrintWriter(System.err, true);
        System.exit(new CommandLineTool(out, err).run(arguments));
    }
}
