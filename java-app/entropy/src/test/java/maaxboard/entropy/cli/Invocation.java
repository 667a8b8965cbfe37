// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One run of the program in this process, and what it wrote. */
record Invocation(ExitCode code, String out, String err) {

    static Invocation of(String... arguments) {
        return withInput(new byte[0], arguments);
    }

    static Invocation withInput(byte[] input, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var oldIn = System.in;
        var oldOut = System.out;
        var oldErr = System.err;
        try (var outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
                var errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            System.setIn(new ByteArrayInputStream(input));
            System.setOut(outStream);
            System.setErr(errStream);
            var code = Main.run(outStream, errStream, arguments);
            return new Invocation(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setIn(oldIn);
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }
}
