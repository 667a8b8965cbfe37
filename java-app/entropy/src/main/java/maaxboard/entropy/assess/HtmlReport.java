// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.Locale;
import maaxboard.entropy.assess.Estimate.View;

/** An assessment as one HTML page that needs nothing but itself: figures as text, charts as plain SVG, no script. */
public final class HtmlReport {
    private static final int IMAGE_SIDE = 160;
    private static final int LAG_POINTS = 8192;

    private final String source;
    private final Samples samples;
    private final Assessment assessment;
    private final double claim;
    private final HealthHistory history;

    /**
     * @param source  what was assessed, for the title
     * @param claim   claimed min-entropy, bits a symbol
     * @param history the health tests' counts in the same samples, or null
     */
    public HtmlReport(String source, Samples samples, Assessment assessment, double claim, HealthHistory history) {
        this.source = source;
        this.samples = samples;
        this.assessment = assessment;
        this.claim = claim;
        this.history = history;
    }

    /** The page. */
    public String html() {
        var page = new StringBuilder();
        page.append(HEAD.replace("$TITLE", "Min-entropy of " + escape(source)));
        hero(page);
        estimators(page);
        page.append("<div class=\"pair\">");
        histogram(page);
        lagPlot(page);
        page.append("</div>");
        bitImage(page);
        if (history != null) {
            health(page);
        }
        page.append(FOOT);
        return page.toString();
    }

    private void hero(StringBuilder page) {
        double h = assessment.minEntropy();
        boolean holds = h >= claim;
        int bits = assessment.bits();
        page.append("""
                <header><p class="eyebrow">SP 800-90B section 6.3 &middot; non-IID estimators</p>
                <h1>%s</h1></header>
                <section class="hero"><div class="big"><span class="number">%s</span><span class="unit">bits of min-entropy
                in each %d-bit symbol</span></div>
                """.formatted(escape(source), fixed("%.3f", h), bits));
        page.append("<div class=\"verdict ").append(holds ? "good" : "bad").append("\"><b>")
                .append(holds ? "✓ holds the claim" : "✗ below the claim").append("</b> of ")
                .append(number(claim)).append(" bits</div>");
        page.append("<svg class=\"meter\" viewBox=\"0 0 1000 26\" role=\"img\" aria-label=\"assessed against claim\">")
                .append("<rect class=\"track\" x=\"0\" y=\"8\" width=\"1000\" height=\"10\" rx=\"5\"/>")
                .append("<rect class=\"").append(holds ? "ok" : "nok").append("\" x=\"0\" y=\"8\" width=\"")
                .append(number(1000 * h / bits)).append("\" height=\"10\" rx=\"5\"/>")
                .append("<path class=\"claim\" d=\"M").append(number(1000 * Math.min(claim, bits) / bits)).append(" 1v24\"/></svg>");
        page.append("<dl class=\"facts\">");
        fact(page, "samples", grouped(samples.size()));
        fact(page, "distinct symbols", assessment.distinct() + " of " + (1 << bits));
        fact(page, "H original", fixed("%.6f", assessment.original()));
        assessment.bitstring().ifPresent(b -> fact(page, bits + " &times; H bitstring", fixed("%.6f", bits * b)));
        assessment.estimates().stream()
                .min((a, b) -> Double.compare(perSymbol(a), perSymbol(b)))
                .ifPresent(least -> fact(page, "decided by", least.estimator().title() + ", "
                        + least.view().title().toLowerCase(Locale.ROOT)));
        page.append("</dl></section>");
        if (samples.size() < Samples.RECOMMENDED) {
            page.append("<p class=\"note\">Fewer than ").append("1&thinsp;000&thinsp;000")
                    .append(" samples: every estimate is lower than the source deserves.</p>");
        }
    }

    private static void fact(StringBuilder page, String name, String value) {
        page.append("<div><dt>").append(name).append("</dt><dd>").append(value).append("</dd></div>");
    }

    private double perSymbol(Estimate estimate) {
        return estimate.minEntropy() * (estimate.view() == View.BITSTRING ? assessment.bits() : 1);
    }

    private void estimators(StringBuilder page) {
        boolean both = assessment.bitstring().isPresent();
        int left = 190;
        int width = 640;
        int row = both ? 44 : 30;
        int height = Estimator.values().length * row + 34;
        page.append("<section><h2>Ten estimators against the claim</h2><p class=\"legend\"><i class=\"key literal\"></i>symbols");
        if (both) {
            page.append(" <i class=\"key bitstring\"></i>bit string, times ").append(assessment.bits());
        }
        page.append(" <i class=\"key claimkey\"></i>claim</p><svg viewBox=\"0 0 920 ").append(height)
                .append("\" role=\"img\" aria-label=\"estimates in bits a symbol\">");
        for (int tick = 0; tick <= assessment.bits(); tick++) {
            double x = left + (double) width * tick / assessment.bits();
            page.append("<path class=\"grid\" d=\"M").append(number(x)).append(" 6V").append(height - 26).append("\"/>");
            page.append("<text class=\"tick\" text-anchor=\"middle\" x=\"").append(number(x)).append("\" y=\"")
                    .append(height - 8).append("\">").append(tick).append("</text>");
        }
        int y = 10;
        for (Estimator estimator : Estimator.values()) {
            page.append("<text class=\"label\" text-anchor=\"end\" x=\"").append(left - 12).append("\" y=\"")
                    .append(y + row / 2.0).append("\">").append(estimator.title()).append("</text>");
            boolean pair = assessment.estimates().stream().filter(e -> e.estimator() == estimator).count() == 2;
            int bar = y + row / 2 - (pair ? 15 : 7);
            for (View view : View.values()) {
                var estimate = assessment.estimate(estimator, view);
                if (estimate.isPresent()) {
                    double h = perSymbol(estimate.get());
                    page.append("<rect class=\"").append(view == View.LITERAL ? "literal" : "bitstring").append("\" x=\"")
                            .append(left).append("\" y=\"").append(bar).append("\" height=\"13\" rx=\"3\" width=\"")
                            .append(number(Math.max(1, width * h / assessment.bits()))).append("\"><title>")
                            .append(estimator.title()).append(", section ").append(estimator.section())
                            .append("</title></rect><text class=\"value\" x=\"").append(left + width + 14).append("\" y=\"")
                            .append(bar + 11).append("\">").append(fixed("%.4f", h)).append("</text>");
                    bar += 16;
                }
            }
            y += row;
        }
        double at = left + width * Math.min(claim, assessment.bits()) / assessment.bits();
        page.append("<path class=\"claim\" d=\"M").append(number(at)).append(" 2V").append(height - 26).append("\"/></svg></section>");
    }

    private void histogram(StringBuilder page) {
        int[] counts = samples.histogram();
        int symbols = 1 << assessment.bits();
        int most = 1;
        for (int count : counts) {
            most = Math.max(most, count);
        }
        double expected = (double) samples.size() / symbols;
        double top = Math.max(most, expected) * 1.06;
        double step = 440.0 / symbols;
        page.append("<section><h2>How often each symbol</h2><svg viewBox=\"0 0 460 250\" role=\"img\" aria-label=\"histogram\">");
        var bars = new StringBuilder();
        for (int symbol = 0; symbol < symbols; symbol++) {
            double height = 210 * counts[symbol] / top;
            bars.append('M').append(number(10 + symbol * step)).append(" 220v").append(number(-height)).append('h')
                    .append(number(Math.max(0.7 * step, step - 1))).append('v').append(number(height)).append('z');
        }
        page.append("<path class=\"literal\" d=\"").append(bars).append("\"/>");
        double line = 220 - 210 * expected / top;
        page.append("<path class=\"even\" d=\"M10 ").append(number(line)).append("h440\"/><path class=\"axis\" d=\"M10 220h440\"/>");
        page.append("<text class=\"tick\" x=\"10\" y=\"238\">0</text><text class=\"tick\" text-anchor=\"end\" x=\"450\" y=\"238\">")
                .append(symbols - 1).append("</text><text class=\"tick\" text-anchor=\"middle\" x=\"230\" y=\"238\">dashed: all alike, ")
                .append(Math.round(expected)).append(" each; most frequent ").append(most).append("</text></svg></section>");
    }

    private void lagPlot(StringBuilder page) {
        byte[] first = samples.first(LAG_POINTS + 1);
        int symbols = 1 << assessment.bits();
        double scale = 220.0 / symbols;
        if (symbols <= 32) {
            lagCells(page, first, symbols, scale);
            return;
        }
        var dots = new StringBuilder();
        for (int i = 0; i + 1 < first.length; i++) {
            dots.append('M').append(number(120 + (first[i] & 0xff) * scale)).append(' ')
                    .append(number(230 - ((first[i + 1] & 0xff) + 1) * scale)).append("h1");
        }
        page.append(LAG_HEAD).append("<path class=\"dots\" style=\"stroke-width:").append(number(Math.max(1.1, 0.6 * scale)))
                .append("\" d=\"").append(dots).append("\"/><text class=\"tick\" text-anchor=\"middle\" x=\"230\" y=\"246\">")
                .append("first ").append(first.length - 1).append(" pairs; a pattern is a dependence</text></svg></section>");
    }

    /** Of few symbols every pair occurs: how often is told by the shade. */
    private static void lagCells(StringBuilder page, byte[] first, int symbols, double scale) {
        int[] counts = new int[symbols * symbols];
        int most = 1;
        for (int i = 0; i + 1 < first.length; i++) {
            most = Math.max(most, ++counts[(first[i] & 0xff) * symbols + (first[i + 1] & 0xff)]);
        }
        page.append(LAG_HEAD);
        for (int pair = 0; pair < counts.length; pair++) {
            page.append("<rect class=\"literal\" x=\"").append(number(120 + pair / symbols * scale)).append("\" y=\"")
                    .append(number(230 - (pair % symbols + 1) * scale)).append("\" width=\"").append(number(scale))
                    .append("\" height=\"").append(number(scale)).append("\" opacity=\"")
                    .append(number((double) counts[pair] / most)).append("\"/>");
        }
        page.append("<text class=\"tick\" text-anchor=\"middle\" x=\"230\" y=\"246\">").append(first.length - 1)
                .append(" pairs, the darker the more; most ").append(most).append("</text></svg></section>");
    }

    private void bitImage(StringBuilder page) {
        int bits = assessment.bits();
        int columns = 4 * IMAGE_SIDE;
        int rows = (int) Math.min(IMAGE_SIDE / 2, Math.ceilDiv((long) samples.size() * bits, columns));
        byte[] first = samples.first(columns * rows / bits + 1);
        var runs = new StringBuilder();
        for (int row = 0; row < rows; row++) {
            int start = -1;
            for (int column = 0; column <= columns; column++) {
                int at = row * columns + column;
                boolean one = column < columns && at / bits < first.length
                        && (first[at / bits] >> bits - 1 - at % bits & 1) != 0;
                if (one && start < 0) {
                    start = column;
                } else if (!one && start >= 0) {
                    runs.append('M').append(start).append(' ').append(row).append('h').append(column - start)
                            .append("v1h").append(start - column).append('z');
                    start = -1;
                }
            }
        }
        page.append("<section><h2>The first ").append(grouped(Math.min((long) columns * rows,
                (long) first.length * bits)))
                .append(" bits, row by row</h2><svg class=\"bits\" viewBox=\"0 0 ").append(columns).append(' ').append(rows)
                .append("\" role=\"img\" aria-label=\"bit image\" shape-rendering=\"crispEdges\"><rect class=\"zero\" width=\"")
                .append(columns).append("\" height=\"").append(rows).append("\"/><path class=\"one\" d=\"").append(runs)
                .append("\"/></svg></section>");
    }

    private void health(StringBuilder page) {
        int failures = history.failures();
        page.append("<section><h2>Health tests on the same samples</h2><p class=\"lead\">")
                .append(grouped(history.runs().length))
                .append(" windows of 512, cut-offs at ").append(escape(history.alpha())).append(": ")
                .append(failures == 0 ? "none failed" : failures == 1 ? "1 failed" : failures + " failed")
                .append(".</p><svg viewBox=\"0 0 920 210\" role=\"img\" aria-label=\"health test history\">");
        track(page, "longest run", history.runs(), history.runCutOff(), 10);
        track(page, "same as first", history.proportions(), history.proportionCutOff(), 115);
        page.append("</svg></section>");
    }

    /** A line of the greatest count in each of up to 400 stretches, and the cut-off it must stay below. */
    private static void track(StringBuilder page, String name, int[] counts, int cutOff, int y) {
        int stretches = Math.min(400, counts.length);
        int most = cutOff;
        int[] greatest = new int[stretches];
        for (int i = 0; i < counts.length; i++) {
            int stretch = (int) ((long) i * stretches / counts.length);
            greatest[stretch] = Math.max(greatest[stretch], counts[i]);
            most = Math.max(most, counts[i]);
        }
        double scale = 80.0 / (most * 1.1);
        var line = new StringBuilder();
        for (int i = 0; i < stretches; i++) {
            line.append(i == 0 ? 'M' : 'L').append(number(110 + 730.0 * i / Math.max(1, stretches - 1))).append(' ')
                    .append(number(y + 85 - greatest[i] * scale));
        }
        double at = y + 85 - cutOff * scale;
        page.append("<text class=\"label\" text-anchor=\"end\" x=\"98\" y=\"").append(y + 50).append("\">").append(name)
                .append("</text><path class=\"axis\" d=\"M110 ").append(y + 85).append("h730\"/><path class=\"line\" d=\"")
                .append(line).append("\"/><path class=\"claim\" d=\"M110 ").append(number(at))
                .append("h730\"/><text class=\"value\" x=\"850\" y=\"").append(number(at + 4)).append("\">cut-off ")
                .append(cutOff).append("</text>");
    }

    private static String number(double value) {
        double rounded = Math.round(value * 100) / 100.0;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    private static String fixed(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count).replace(",", "&thinsp;");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static final String LAG_HEAD = """
            <section><h2>Each symbol against the one before</h2><svg viewBox="0 0 460 250" role="img" aria-label="lag plot">
            <rect class="frame" x="119" y="9" width="222" height="222"/>""";

    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>$TITLE</title>
            <style>
            :root{--paper:#fbfaf7;--card:#fff;--ink:#1c1f24;--soft:#6a7078;--line:#e4e2dc;--literal:#2f6fc4;--bitstring:#8fb8e8;
            --claim:#c2410c;--good:#1d7a4c;--goodbg:#e5f4ec;--bad:#b42318;--badbg:#fdecea;color-scheme:light dark}
            @media(prefers-color-scheme:dark){:root{--paper:#14161a;--card:#1c1f25;--ink:#eceae5;--soft:#9aa1ab;--line:#31353d;
            --literal:#6ea8f5;--bitstring:#3b5f92;--claim:#fb923c;--good:#63cf98;--goodbg:#17311f;--bad:#ff8a80;--badbg:#3a1a18}}
            *{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
            font:16px/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif}
            main{max-width:1000px;margin:0 auto;padding:48px 24px 64px}
            .eyebrow{margin:0;color:var(--soft);font-size:13px;letter-spacing:.06em;text-transform:uppercase}
            h1{margin:4px 0 24px;font-size:30px;line-height:1.2;font-weight:650;overflow-wrap:anywhere}
            h2{margin:0 0 12px;font-size:17px;font-weight:620}
            section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:24px;margin:0 0 20px}
            .hero{display:grid;grid-template-columns:1fr auto;gap:14px 24px;align-items:center}
            .big{display:flex;align-items:baseline;gap:14px}.number{font-size:64px;line-height:1;font-weight:680;
            letter-spacing:-.02em;font-variant-numeric:tabular-nums}.unit{color:var(--soft);max-width:13em;line-height:1.3}
            .verdict{padding:8px 14px;border-radius:999px;white-space:nowrap}.verdict.good{color:var(--good);background:var(--goodbg)}
            .verdict.bad{color:var(--bad);background:var(--badbg)}
            .meter,.facts{grid-column:1/-1}.facts{display:flex;flex-wrap:wrap;gap:10px 36px;margin:6px 0 0}
            .facts dt{color:var(--soft);font-size:13px}.facts dd{margin:0;font-weight:560;font-variant-numeric:tabular-nums}
            .pair{display:grid;grid-template-columns:1fr 1fr;gap:20px}@media(max-width:760px){.pair,.hero{grid-template-columns:1fr}}
            svg{display:block;width:100%;height:auto}.bits{border-radius:6px}
            text{font-size:13px;fill:var(--ink);font-family:inherit}.tick{fill:var(--soft);font-size:12px}
            .label{dominant-baseline:middle}.value{font-variant-numeric:tabular-nums;font-size:12.5px}
            .grid,.axis{stroke:var(--line);fill:none}.claim{stroke:var(--claim);stroke-width:2;stroke-dasharray:5 4;fill:none}
            .meter .claim{stroke-dasharray:none;stroke-width:3}.track{fill:var(--line)}.ok{fill:var(--good)}.nok{fill:var(--bad)}
            .literal{fill:var(--literal)}.bitstring{fill:var(--bitstring)}
            .even{stroke:var(--claim);stroke-dasharray:5 4;stroke-width:1.5;fill:none}
            .frame{fill:none;stroke:var(--line)}.dots{stroke:var(--literal);fill:none;opacity:.75}
            .line{stroke:var(--literal);stroke-width:1.5;fill:none;stroke-linejoin:round}
            .zero{fill:var(--paper)}.one{fill:var(--literal)}
            .legend,.lead{margin:-4px 0 12px;color:var(--soft);font-size:14px}
            .key{display:inline-block;width:12px;height:12px;border-radius:3px;margin:0 6px 0 14px;vertical-align:-1px}
            .legend .key:first-child{margin-left:0}.key.literal{background:var(--literal)}.key.bitstring{background:var(--bitstring)}
            .claimkey{height:0;border-top:2px dashed var(--claim);border-radius:0;vertical-align:4px;width:18px}
            .note{margin:0 0 20px;padding:10px 16px;border-left:3px solid var(--claim);color:var(--soft)}
            footer{color:var(--soft);font-size:14px;max-width:44em}
            </style></head><body><main>
            """;

    private static final String FOOT = """
            <footer>The assessed min-entropy is the least of all estimates: min(H original, width &times; H bitstring). What a token
            gives is already conditioned: these figures can show that it is dead, stuck or lying, and say nothing about the noise
            source inside.</footer></main></body></html>
            """;
}
