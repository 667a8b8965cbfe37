// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's options: their names only, or with all texts for picocli. */
final class Description {
    private final CommandSpec spec;
    private final Map<String, String[]> names = new HashMap<>();
    private final Set<String> flags = new HashSet<>();
    private boolean operand;

    private Description(CommandSpec spec) {
        this.spec = spec;
    }

    /** Adds everything to the description that picocli parses and helps with. */
    static Description into(CommandSpec spec) {
        return new Description(spec);
    }

    /** What {@link Arguments#plain} needs. */
    static Description ofNames(Command command) {
        var description = new Description(null);
        command.describe(description);
        return description;
    }

    void text(String label, Supplier<String> text, String... names) {
        if (spec == null) {
            add(names);
        } else {
            spec.addOption(OptionSpec.builder(names).arity("1").type(String.class).paramLabel(label)
                    .description(text.get().replace("%", "%%")).build());
        }
    }

    void flag(String text, String... names) {
        if (spec == null) {
            add(names);
            for (var name : names) {
                flags.add(name);
            }
        } else {
            spec.addOption(OptionSpec.builder(names).arity("0").type(boolean.class).description(text).build());
        }
    }

    /** One operand that may be left away. */
    void operand(String label, String text) {
        operand = true;
        if (spec != null) {
            spec.addPositional(PositionalParamSpec.builder().paramLabel(label).index("0").arity("0..1").type(String.class)
                    .description(text).build());
        }
    }

    /** What the help says last. */
    void footer(String... lines) {
        if (spec != null) {
            spec.usageMessage().footer(lines);
        }
    }

    private void add(String... all) {
        for (var name : all) {
            names.put(name, all);
        }
    }

    /** All names of the option with this one, or null. */
    String[] namesOf(String name) {
        return names.get(name);
    }

    boolean isFlag(String name) {
        return flags.contains(name);
    }

    boolean takesOperand() {
        return operand;
    }
}
