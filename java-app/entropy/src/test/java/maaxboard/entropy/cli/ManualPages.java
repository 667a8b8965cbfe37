// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.region.Reason;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes the manual pages and the shipped configuration of what the code says of itself. */
final class ManualPages {
    private static final String HEAD = """
            .\\" SPDX-License-Identifier: BSD-2-Clause
            .\\" Made from %s.in and the program's own descriptions by ManualPagesTest; do not edit.
            .TH %s %s "" "maaxboard\\-entropy %s" "%s"
            """;
    private static final int WIDTH = 80;

    private ManualPages() {
    }

    /** The page of that template. */
    static String page(String name, int section, String title, String template) {
        var text = HEAD.formatted(name + "." + section, roff(name).toUpperCase(Locale.ROOT), section, Main.VERSION,
                title) + template;
        return text.replace("@COMMANDS@\n", commands()).replace("@EXIT_STATUS@\n", exitStatus())
                .replace("@RUN_OPTIONS@\n", runOptions()).replace("@KEYS@\n", keys()).replace("@REASONS@", reasons());
    }

    private static String commands() {
        var out = new StringBuilder();
        for (var command : Main.fullSpec().subcommands().values()) {
            describe(command.getCommandSpec(), out);
        }
        return out.toString();
    }

    private static void describe(CommandSpec spec, StringBuilder out) {
        if (!spec.subcommands().isEmpty()) {
            spec.subcommands().values().forEach(child -> describe(child.getCommandSpec(), out));
            return;
        }
        var operands = spec.positionalParameters().stream().map(operand -> " [" + operand.paramLabel() + "]")
                .collect(Collectors.joining());
        out.append(".SS ").append(roff(spec.qualifiedName() + operands)).append('\n');
        paragraph(spec.usageMessage().description(), out);
        paragraph(spec.usageMessage().footer(), out);
        for (var operand : spec.positionalParameters()) {
            out.append(".TP\n.I ").append(roff(operand.paramLabel())).append('\n');
            paragraph(operand.description(), out);
        }
        for (var option : spec.options()) {
            describe(option, out);
        }
    }

    private static void describe(OptionSpec option, StringBuilder out) {
        if (option.usageHelp()) {
            return;
        }
        var names = Arrays.stream(option.names()).map(name -> "\\fB" + roff(name) + "\\fR")
                .collect(Collectors.joining(", "));
        out.append(".TP\n").append(names);
        if (option.arity().max() > 0) {
            out.append(" \\fI").append(roff(option.paramLabel())).append("\\fR");
        }
        out.append('\n');
        paragraph(option.description(), out);
    }

    private static void paragraph(String[] lines, StringBuilder out) {
        var text = Arrays.stream(lines).filter(line -> !line.isEmpty()).map(line -> line.replace("%%", "%"))
                .collect(Collectors.joining(" "));
        if (text.isEmpty()) {
            return;
        }
        if (text.split(" ", 2)[0].chars().allMatch(Character::isLetter)) {
            text = Character.toUpperCase(text.charAt(0)) + text.substring(1);
        }
        fold(roff(text.endsWith(".") ? text : text + "."), "", out);
    }

    private static String exitStatus() {
        var out = new StringBuilder();
        for (var code : ExitCode.values()) {
            out.append(".TP\n.B ").append(code.code()).append('\n');
            paragraph(new String[] {code.meaning()}, out);
        }
        return out.toString();
    }

    private static String runOptions() {
        var out = new StringBuilder();
        var keys = Arrays.stream(Key.values()).map(key -> "--" + key.text()).toList();
        for (var option : Main.fullSpec().subcommands().get("run").getCommandSpec().options()) {
            if (!keys.contains(option.longestName())) {
                describe(option, out);
            }
        }
        return out.toString();
    }

    private static String keys() {
        var out = new StringBuilder();
        for (var key : Key.values()) {
            out.append(".TP\n.B ").append(roff(key.text())).append('\n');
            paragraph(new String[] {key.expected()}, out);
            out.append(key.fallback().isEmpty() ? "Not set by default.\n" : "The default is\n.BR "
                    + roff(key.fallback()) + " .\n");
        }
        return out.toString();
    }

    private static String reasons() {
        var out = new StringBuilder();
        fold(Arrays.stream(Reason.values()).skip(1).map(Reason::text).collect(Collectors.joining(", ")), "", out);
        return out.toString().strip();
    }

    /** Each key with its default, commented out, under what is expected of it. */
    static String configuration() {
        var out = new StringBuilder("""
                # SPDX-License-Identifier: BSD-2-Clause
                # maaxboard-entropy.conf - configuration of the entropy service
                #
                # One "key = value" a line. Every key is here with its default. Environment
                # variables (MAAXBOARD_ENTROPY_ and the key in capitals, "-" as "_") override this
                # file, flags override both. See maaxboard-entropy.conf(5), and look at changes
                # with: entropy run --check-config
                """);
        for (var key : Key.values()) {
            out.append('\n');
            fold(key.expected(), "# ", out);
            out.append(("#" + key.text() + " = " + key.fallback()).strip()).append('\n');
        }
        return out.toString();
    }

    private static void fold(String text, String prefix, StringBuilder out) {
        var line = new StringBuilder(prefix);
        for (var word : text.split(" ")) {
            if (line.length() > prefix.length() && line.length() + 1 + word.length() > WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder(prefix);
            }
            line.append(line.length() == prefix.length() ? "" : " ").append(word);
        }
        out.append(line).append('\n');
    }

    /** Plain text as roff: nothing in it is a request, dashes are those of the keyboard. */
    private static String roff(String text) {
        var escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }

    /** What the three pages are called: name, section, title. */
    record Page(String name, int section, String title) {
        static final List<Page> ALL = List.of(new Page("entropy", 1, "User Commands"),
                new Page("maaxboard-entropy.conf", 5, "File Formats"), new Page("entropyd", 8, "System Administration"));

        String file() {
            return name + "." + section;
        }
    }
}
