// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.tokentools.cli.CliRun;

/** One run of {@code token} in this process, with a SoftHSM2 configuration of its own. */
final class Invocation {
    private Invocation() {
    }

    /** @param folder where file names without a folder are */
    static synchronized TokenBench.Result of(String softHsm, Path folder, List<String> arguments) throws Exception {
        SelfProtection.setNativeEnvironment("SOFTHSM2_CONF", softHsm);
        var resolved = new ArrayList<>(arguments);
        for (int i = 1; i < resolved.size(); i++) {
            boolean file = List.of("-i", "-o", "import-certificate").contains(resolved.get(i - 1));
            if (file && !resolved.get(i).startsWith("-")) {
                resolved.set(i, folder.resolve(resolved.get(i)).toString());
            }
        }
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var oldOut = System.out;
        var oldErr = System.err;
        try (var outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
                var errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            System.setOut(outStream);
            System.setErr(errStream);
            int status = CliRun.of(outStream, errStream, resolved.toArray(String[]::new));
            return new TokenBench.Result(status, out.toString(StandardCharsets.ISO_8859_1), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }
}
