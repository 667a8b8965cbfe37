// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** docs/performance.md and docs/performance.svg, from the results. */
final class Report {
    private static final int LINE = 22;
    private static final int LEFT = 330;
    private static final int SCALE = 260;

    private Report() {
    }

    /** @param notes what people wrote below the tables; kept as it is */
    static void write(Path docs, List<Result> results, String notes) throws IOException {
        var text = new StringBuilder("""
                # Performance

                Made by `make bench` (`make bench SUBJECTS="wrapper ring"` measures only these anew); every single value lies in
                `java-app/bench/results/`. Pairs are measured in turn (A B A B ...) on the same token. A ratio is the median over the pairs of
                the other's figure divided by ours: 1 is as good, 2 is twice as good. Of figures without a pair less is better, unless the
                unit says "a second". Absolute times are those of the machine and its load.

                ![Ratios](performance.svg)

                """);
        for (var result : results) {
            text.append("## ").append(result.subject()).append("\n\n").append(result.about()).append("\n\n")
                    .append(result.machine()).append("; ").append(result.when()).append("; load ").append(result.load())
                    .append(".\n\n| what | ours | other | ratio | asked for | |\n|---|---|---|---|---|---|\n");
            for (var row : result.rows()) {
                text.append("| ").append(row.what()).append(" | ").append(number(Row.median(row.ours()))).append(' ')
                        .append(row.unit()).append(" | ");
                if (row.paired()) {
                    text.append(row.against()).append(' ').append(number(Row.median(row.other()))).append(" | ")
                            .append(String.format(Locale.ROOT, "%.3f", row.ratio()));
                } else {
                    text.append("| ");
                }
                text.append(" | ").append(row.target() == 0 ? "" : (row.paired() ? ">= " : "<= ") + number(row.target()))
                        .append(" | ").append(row.target() == 0 ? "" : row.holds() ? "holds" : "missed").append(" |\n");
            }
            text.append('\n');
        }
        Files.writeString(docs.resolve("performance.md"), text + notes);
        Files.writeString(docs.resolve("performance.svg"), svg(results));
    }

    private static String number(double value) {
        return Math.abs(value) >= 1000 ? String.format(Locale.ROOT, "%.0f", value)
                : Math.abs(value) >= 10 ? String.format(Locale.ROOT, "%.1f", value) : String.format(Locale.ROOT, "%.3g", value);
    }

    /** One bar for each ratio; the line stands at 1, bars end at 2. */
    private static String svg(List<Result> results) {
        var bars = new StringBuilder();
        int y = 30;
        for (var result : results) {
            for (var row : result.rows()) {
                if (!row.paired()) {
                    continue;
                }
                double width = Math.min(2, row.ratio()) * SCALE;
                bars.append(String.format(Locale.ROOT, """
                        <text x="%d" y="%d" text-anchor="end">%s: %s</text>
                        <rect x="%d" y="%d" width="%.0f" height="14" fill="%s"/>
                        <text x="%.0f" y="%d">%.2f</text>
                        """, LEFT - 8, y + 11, result.subject(), row.what(), LEFT, y, width,
                        row.holds() ? "#4a7fb5" : "#b5764a", LEFT + width + 6, y + 11, row.ratio()));
                y += LINE;
            }
        }
        return String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="%d" y="18">other / ours (1: as good; longer is better for us)</text>
                %s<line x1="%d" y1="24" x2="%d" y2="%d" stroke="black"/>
                </svg>
                """, LEFT + 2 * SCALE + 60, y + 10, LEFT, bars, LEFT + SCALE, LEFT + SCALE, y);
    }
}
