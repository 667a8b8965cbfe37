// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report opened by a real browser, Chromium without a window. */
class HtmlReportIT {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 2000;

    @TempDir
    Path folder;

    @Test
    void chromiumDrawsTheWholePageAndFetchesNothing() throws Exception {
        var page = folder.resolve("report.html");
        Files.writeString(page, report());
        var picture = folder.resolve("report.png");
        chromium("--screenshot=" + picture, page);
        byte[] png = Files.readAllBytes(picture);
        assertEquals(WIDTH, ByteBuffer.wrap(png).getInt(16));
        assertEquals(HEIGHT, ByteBuffer.wrap(png).getInt(20));
        assertTrue(png.length > 60_000, "a picture of " + png.length + " bytes is blank");
    }

    @Test
    void whatChromiumReadsIsWhatWasWritten() throws Exception {
        var page = folder.resolve("report.html");
        Files.writeString(page, report());
        var seen = chromium("--dump-dom", page);
        for (var estimator : Estimator.values()) {
            assertTrue(seen.contains(">" + estimator.title() + "</text>"), estimator.title());
        }
        assertTrue(seen.contains("&lt;b&gt;odd &amp; name"), "the name is text, not markup");
        assertEquals(5, count(seen, "<section"));
        assertEquals(5, count(seen, "</svg>"));
    }

    @Test
    void thePageNamesNoOtherResource() throws Exception {
        var page = report();
        assertFalse(page.contains("http"), "no address");
        assertFalse(page.contains("<script"), "no script");
        assertFalse(page.contains("url("), "no picture or font");
        assertFalse(page.contains("NaN"), "no figure is missing");
    }

    private static String report() throws Exception {
        var samples = Samples.of(ReferenceTest.data("rand8_short"));
        return new HtmlReport("<b>odd & name", samples, Assessment.of(samples), 6, null).html();
    }

    private String chromium(String what, Path page) throws Exception {
        var command = List.of("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-dev-shm-usage", "--user-data-dir=" + folder.resolve("profile"),
                "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=" + WIDTH + "," + HEIGHT, what,
                page.toUri().toString());
        var out = folder.resolve("out");
        var process = new ProcessBuilder(command).redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile()).start();
        assertTrue(process.waitFor(3, TimeUnit.MINUTES), "chromium has not ended");
        assertEquals(0, process.exitValue(), Files.readString(folder.resolve("err"), StandardCharsets.ISO_8859_1));
        return Files.readString(out);
    }

    private static long count(String text, String part) {
        return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
    }
}
