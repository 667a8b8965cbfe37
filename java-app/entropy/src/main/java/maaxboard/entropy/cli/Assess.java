// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import maaxboard.entropy.assess.Assessment;
import maaxboard.entropy.assess.Estimate.View;
import maaxboard.entropy.assess.Estimator;
import maaxboard.entropy.assess.HealthHistory;
import maaxboard.entropy.assess.HtmlReport;
import maaxboard.entropy.assess.Samples;
import maaxboard.entropy.daemon.Configuration;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.health.AdaptiveProportionTest;
import maaxboard.entropy.health.CutOffs;
import maaxboard.entropy.health.RepetitionCountTest;
import maaxboard.entropy.linux.SelfProtection;

/** {@code entropy assess}: the min-entropy of a file, of standard input or of what a token gives. */
final class Assess implements Command {
    private static final int MOST_BYTES = 64 << 20;
    private static final int BAR = 30;

    @Override
    public String name() {
        return "assess";
    }

    @Override
    public String summary() {
        return "Estimate the min-entropy of samples with the non-IID estimators of SP 800-90B section 6.3.";
    }

    @Override
    public void describe(Description description) {
        Options.addOperand(description, "FILE", "one symbol a byte, in its low bits; - reads standard input");
        Options.addText(description, "1..8", "bits of a symbol (default: as many as the widest one takes)", "--bits");
        Options.addFlag(description, "assess what a token gives, instead of a file", "--token");
        Options.addText(description, "N", "samples taken from the token (default " + Samples.RECOMMENDED
                + ", or what memory allows)", "-n", "--bytes");
        Options.addFlag(description, "print JSON", "--json");
        Options.addText(description, "FILE", "write an HTML page with charts", "--report");
        var keys = new ArrayList<Key>(Options.TOKEN_KEYS);
        keys.add(Key.CLAIMED_ENTROPY);
        Options.addKeys(description, keys);
        description.footer("", "A token's output is already conditioned: this finds dead, stuck and lying devices,",
                "and validates nothing about the noise source.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        SelfProtection.forbidCoreDumps();
        boolean fromToken = Options.flag(arguments, "--token");
        var operand = Options.operand(arguments);
        if (fromToken == (operand != null)) {
            throw new CliException(ExitCode.USAGE, "expected either a FILE (- for standard input) or --token");
        }
        int bits = bits(arguments, fromToken);
        int most = Math.min(MOST_BYTES, Samples.fitting(Runtime.getRuntime().maxMemory()));
        long count = Options.number(arguments, "--bytes", "a number of bytes", Math.min(Samples.RECOMMENDED, most), MOST_BYTES);
        if (count > most) {
            throw new CliException(ExitCode.USAGE, "--bytes " + count + tooMany(most));
        }
        var configuration = Options.configuration(arguments);
        var progress = new Bar(System.err, System.console() != null && System.console().isTerminal());
        try (var report = Options.text(arguments, "--report") == null ? null
                : OutputFile.open(Options.text(arguments, "--report"))) {
            byte[] bytes = fromToken ? token(configuration, (int) count, progress) : file(operand, most);
            var source = fromToken ? "token" : operand.equals("-") ? "standard input"
                    : Path.of(operand).getFileName().toString();
            var samples = samples(source, bytes, bits);
            var assessment = Assessment.of(samples, (steps, of) -> progress.show("assessing", steps, of));
            progress.clear();
            double claim = configuration.health().minEntropy() * samples.bits() / 8;
            System.out.print(Options.flag(arguments, "--json") ? json(source, assessment, claim)
                    : text(source, assessment, claim));
            System.out.flush();
            if (report != null) {
                var page = new HtmlReport(source, samples, assessment, claim, history(bytes, samples.bits(), configuration));
                report.stream().write(page.html().getBytes(StandardCharsets.UTF_8));
                report.commit();
            }
        }
        return ExitCode.OK;
    }

    private static String tooMany(int most) {
        return ": too many samples, " + most + " fit into this program's memory; give fewer, or assess them on a larger machine";
    }

    private static int bits(Arguments arguments, boolean fromToken) throws CliException {
        var text = Options.text(arguments, "--bits");
        if (text == null) {
            return fromToken ? 8 : 0;
        }
        if (!text.matches("[1-8]")) {
            throw new CliException(ExitCode.USAGE, "--bits '" + text + "': expected 1 to 8");
        }
        return text.charAt(0) - '0';
    }

    private static Samples samples(String source, byte[] bytes, int bits) throws CliException {
        try {
            return Samples.of(bytes, bits);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.DATA, source + ": " + e.getMessage());
        }
    }

    private static byte[] file(String name, int most) throws CliException {
        var path = Path.of(name);
        if (!name.equals("-") && Files.isDirectory(path)) {
            throw new CliException(ExitCode.NO_INPUT, name + ": is a folder; expected a file");
        }
        try (InputStream in = name.equals("-") ? System.in : new FileInputStream(name)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new CliException(ExitCode.DATA, (name.equals("-") ? "standard input" : name) + tooMany(most));
            }
            return bytes;
        } catch (IOException e) {
            throw new CliException(ExitCode.NO_INPUT, name.equals("-") ? "standard input: " + e.getMessage() : e.getMessage());
        }
    }

    private static byte[] token(Configuration configuration, int count, Bar progress) throws Exception {
        try (var open = OpenModule.open(configuration, OpenModule.trace(false), false)) {
            var token = open.choose(configuration.selection());
            var session = open.module().openSession(token.slot());
            try {
                byte[] bytes = new byte[count];
                for (int at = 0; at < count; ) {
                    int length = Math.min(configuration.blockBytes(), count - at);
                    session.generateRandom(bytes, at, length);
                    at += length;
                    progress.show("reading", at, count);
                }
                return bytes;
            } finally {
                session.close();
            }
        }
    }

    private static HealthHistory history(byte[] bytes, int bits, Configuration configuration) {
        int windows = bytes.length / CutOffs.WINDOW;
        if (bits != 8 || windows < 2) {
            return null;
        }
        var repetition = new RepetitionCountTest();
        int[] runs = new int[windows];
        int[] proportions = new int[windows];
        for (int window = 0; window < windows; window++) {
            proportions[window] = AdaptiveProportionTest.count(bytes, window * CutOffs.WINDOW);
            for (int i = 0; i < CutOffs.WINDOW; i++) {
                runs[window] = Math.max(runs[window], repetition.feed(bytes[window * CutOffs.WINDOW + i]));
            }
        }
        var cutOffs = configuration.health().intermittent();
        return new HealthHistory(runs, proportions, cutOffs.repetition(), cutOffs.proportion(),
                "2^" + Math.getExponent(cutOffs.alpha()));
    }

    private static String text(String source, Assessment assessment, double claim) {
        var out = new StringBuilder();
        line(out, "%s: %d samples of %d bits, %d distinct%n", source, assessment.samples(), assessment.bits(),
                assessment.distinct());
        if (assessment.samples() < Samples.RECOMMENDED) {
            line(out, "fewer than %d samples: the estimates are lower than the source deserves%n", Samples.RECOMMENDED);
        }
        if (assessment.distinct() == 1) {
            line(out, "there is but one symbol: no entropy%n");
        }
        for (Estimator estimator : Estimator.values()) {
            for (View view : View.values()) {
                assessment.estimate(estimator, view).ifPresent(estimate -> line(out, "%-7s %-22s %-10s %.12f%n",
                        estimator.section(), estimator.title(), view.title(), estimate.minEntropy()));
            }
        }
        line(out, "H_original           %.12f%n", assessment.original());
        assessment.bitstring().ifPresent(h -> line(out, "H_bitstring          %.12f%n", h));
        line(out, "assessed min-entropy %.12f bits a symbol, claimed %s: %s%n", assessment.minEntropy(), claim,
                assessment.minEntropy() >= claim ? "holds" : "BELOW THE CLAIM");
        return out.toString();
    }

    private static void line(StringBuilder out, String pattern, Object... values) {
        out.append(String.format(Locale.ROOT, pattern, values));
    }

    private static String json(String source, Assessment assessment, double claim) throws IOException {
        var out = new StringWriter();
        try (var json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("source", source);
            json.writeNumberField("samples", assessment.samples());
            json.writeNumberField("bitsPerSymbol", assessment.bits());
            json.writeNumberField("distinct", assessment.distinct());
            json.writeArrayFieldStart("estimates");
            for (var estimate : assessment.estimates()) {
                json.writeStartObject();
                json.writeStringField("estimator", estimate.estimator().title());
                json.writeStringField("section", estimate.estimator().section());
                json.writeStringField("view", estimate.view().title());
                json.writeNumberField("minEntropy", estimate.minEntropy());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("hOriginal", assessment.original());
            if (assessment.bitstring().isPresent()) {
                json.writeNumberField("hBitstring", assessment.bitstring().getAsDouble());
            }
            json.writeNumberField("minEntropy", assessment.minEntropy());
            json.writeNumberField("claimed", claim);
            json.writeBooleanField("holds", assessment.minEntropy() >= claim);
            json.writeEndObject();
        }
        return out.append('\n').toString();
    }

    /** Progress on standard error, on a terminal only. */
    private static final class Bar {
        private final PrintStream err;
        private final boolean shown;
        private int last = -1;

        Bar(PrintStream err, boolean shown) {
            this.err = err;
            this.shown = shown;
        }

        void show(String what, int done, int of) {
            int filled = (int) ((long) BAR * done / of);
            if (shown && filled != last) {
                last = filled;
                err.print("\r" + what + " [" + "#".repeat(filled) + " ".repeat(BAR - filled) + "] ");
                err.flush();
            }
        }

        void clear() {
            if (shown) {
                err.print("\r\u001b[K");
                err.flush();
            }
        }
    }
}
