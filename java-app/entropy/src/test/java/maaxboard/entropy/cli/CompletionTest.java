// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real bash completes with the printed script. */
class CompletionTest {
    @TempDir
    private Path folder;

    private Set<String> completed(String words, int at) throws Exception {
        var script = Files.writeString(folder.resolve("completion"), Invocation.of("completion").out());
        var process = new ProcessBuilder("bash", "-c", ". " + script + "; COMP_WORDS=(" + words + "); COMP_CWORD=" + at
                + "; COMP_LINE='" + words + "'; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; "
                + "$(complete -p entropy | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo \"${COMPREPLY[@]}\"")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return new TreeSet<>(Arrays.asList(out.strip().split("\\s+")));
    }

    @Test
    void bashCompletesCommands() throws Exception {
        assertEquals(new TreeSet<>(Set.of("selftest", "slots", "status")), completed("entropy s", 1));
    }

    @Test
    void bashCompletesOptions() throws Exception {
        assertEquals(new TreeSet<>(Set.of("--json")), completed("entropy doctor --j", 2));
        assertEquals(new TreeSet<>(Set.of("--region", "--timeout")), new TreeSet<>(completed("entropy region read --", 3)
                .stream().filter(option -> option.startsWith("--re") || option.startsWith("--t")).toList()));
    }
}
