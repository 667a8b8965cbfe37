// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import maaxboard.entropy.daemon.Key;
import org.junit.jupiter.api.Test;

/**
 * The committed manual pages and configuration are what the code says. After a change run this test with
 * {@code -Dmanual.write=yes}: it writes them anew.
 */
class ManualPagesTest {
    private static final Path PROJECT = Path.of("").toAbsolutePath().getParent().getParent();
    private static final Path PAGES = PROJECT.resolve("docs/man");
    private static final Path CONFIGURATION = PROJECT.resolve("package/maaxboard-entropy/maaxboard-entropy.conf");

    private static void assertCommitted(Path file, String made) throws IOException {
        if ("yes".equals(System.getProperty("manual.write"))) {
            Files.writeString(file, made);
        }
        assertEquals(made, Files.readString(file), () -> file + " is not what the code says; run ManualPagesTest with"
                + " -Dmanual.write=yes");
    }

    private static String made(ManualPages.Page page) throws IOException {
        return ManualPages.page(page.name(), page.section(), page.title(),
                Files.readString(PAGES.resolve(page.file() + ".in")));
    }

    @Test
    void theCommittedPagesAreWhatTheCodeSays() throws Exception {
        for (var page : ManualPages.Page.ALL) {
            assertCommitted(PAGES.resolve(page.file()), made(page));
        }
    }

    @Test
    void theShippedConfigurationHoldsEveryKeyWithItsDefault() throws Exception {
        assertCommitted(CONFIGURATION, ManualPages.configuration());
    }

    @Test
    void theShippedConfigurationIsRightWithAndWithoutItsCommentSigns() throws Exception {
        var folder = Files.createTempDirectory("conf");
        var all = Files.writeString(folder.resolve("all.conf"),
                ManualPages.configuration().replaceAll("(?m)^#([a-z0-9-]+ =)", "$1"));
        for (var file : List.of(CONFIGURATION, all)) {
            var run = Invocation.of("run", "--check-config", "--config", file.toString());
            assertEquals("", run.err());
            assertEquals(ExitCode.OK, run.code());
        }
        Files.delete(all);
        Files.delete(folder);
    }

    @Test
    void everyCommandOptionAndExitCodeStandsInThePage() throws Exception {
        var text = made(ManualPages.Page.ALL.getFirst()).replace("\\-", "-");
        for (var code : ExitCode.values()) {
            assertTrue(text.contains(".TP\n.B " + code.code() + "\n"), code::name);
        }
        for (var command : Main.fullSpec().subcommands().values()) {
            assertTrue(text.contains(".SS entropy " + command.getCommandName()), command::getCommandName);
        }
        assertFalse(Pattern.compile("@[A-Z_]+@").matcher(text).find(), "a placeholder is left");
        for (var key : Key.values()) {
            assertTrue(text.contains("\\fB--" + key.text() + "\\fR"), key::text);
        }
    }

    @Test
    void groffFormatsThePagesWithoutAWarning() throws Exception {
        for (var page : ManualPages.Page.ALL) {
            var process = new ProcessBuilder("groff", "-man", "-Tutf8", "-ww", "-z", PAGES.resolve(page.file()).toString())
                    .redirectErrorStream(true).start();
            var complaints = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals("", complaints);
            assertEquals(0, process.waitFor());
        }
    }
}
