// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import maaxboard.guest.Project;
import maaxboard.virtualtoken.HostPcscd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FUZZ_INPUTS (100,000) and FUZZ_SEED (1) in the environment set how many commands the card gets and what it answers. */
class FuzzIT {
    private static final long MINUTES_PER_HUNDRED_THOUSAND = 20;

    @TempDir
    Path folder;

    @Test
    void mutatedAnswersNeitherStopTheSourceNorGetThrough() throws Exception {
        long commands = Long.parseLong(System.getenv().getOrDefault("FUZZ_INPUTS", "100000"));
        String seed = System.getenv().getOrDefault("FUZZ_SEED", "1");
        try (var pcscd = HostPcscd.start(folder, 2)) {
            Path output = folder.resolve("output");
            var builder = pcscd.command(
                            ProcessHandle.current().info().command().orElse("java"),
                            "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                            "maaxboard.guest.faults.FuzzRun", HostRig.module().toString(),
                            Integer.toString(pcscd.port(0)), Long.toString(commands), seed)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("OPENSC_CONF", Project.top().resolve("board/maaxboard/opensc.conf").toString());
            Process run = builder.start();
            boolean ended = run.waitFor(MINUTES_PER_HUNDRED_THOUSAND * (commands / 100_000 + 1), TimeUnit.MINUTES);
            run.destroyForcibly();
            String said = Files.readString(output);
            System.out.print(said);
            assertTrue(ended, "it hangs: " + said);
            assertEquals(0, run.exitValue(), said);
        }
    }
}
