// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.daemon.Configuration;
import maaxboard.entropy.daemon.ConfigurationException;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.daemon.Settings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Options that several commands share, and how they become a configuration. */
final class Options {
    /** The configuration's usual place. */
    static final Path CONFIGURATION = Path.of("/etc/maaxboard-entropy.conf");

    /** Keys that say which token: the flags are named as pkcs11-tool names them. */
    static final List<Key> TOKEN_KEYS = List.of(Key.MODULE, Key.INIT_ARGS, Key.SLOT, Key.SLOT_INDEX, Key.TOKEN_LABEL,
            Key.SERIAL, Key.URI, Key.PIN_SOURCE);

    private static final Map<Key, String> VALUE_NAMES = Map.of(Key.MODULE, "PATH", Key.SLOT, "ID", Key.SLOT_INDEX, "N",
            Key.TOKEN_LABEL, "LABEL", Key.URI, "URI", Key.REGION, "REGION", Key.RUN_DIRECTORY, "DIR",
            Key.METRICS_FILE, "FILE");

    private Options() {
    }

    /** {@code --config} and one flag for each key. */
    static void addKeys(CommandSpec spec, List<Key> keys) {
        addText(spec, "FILE", "configuration (default " + CONFIGURATION + ", if it is there)", "--config");
        for (var key : keys) {
            addText(spec, VALUE_NAMES.getOrDefault(key, "VALUE"),
                    key.expected() + (key.fallback().isEmpty() ? "" : " (default " + key.fallback() + ")"),
                    "--" + key.text());
        }
    }

    static void addText(CommandSpec spec, String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names).arity("1").type(String.class).paramLabel(label)
                .description(description.replace("%", "%%")).build());
    }

    static void addFlag(CommandSpec spec, String description, String... names) {
        spec.addOption(OptionSpec.builder(names).arity("0").type(boolean.class).description(description).build());
    }

    /** One operand that may be left away. */
    static void addOperand(CommandSpec spec, String label, String description) {
        spec.addPositional(PositionalParamSpec.builder().paramLabel(label).index("0").arity("0..1").type(String.class)
                .description(description).build());
    }

    /** The operand, or null. */
    static String operand(ParseResult arguments) {
        return arguments.matchedPositionalValue(0, (String) null);
    }

    static boolean flag(ParseResult arguments, String name) {
        return arguments.matchedOptionValue(name, false);
    }

    static String text(ParseResult arguments, String name) {
        return arguments.matchedOptionValue(name, (String) null);
    }

    /** Defaults, then the file, the environment, and the flags. */
    static Configuration configuration(ParseResult arguments) throws ConfigurationException {
        var file = text(arguments, "--config");
        var settings = new Settings();
        settings.file(file == null ? CONFIGURATION : Path.of(file), file == null);
        settings.environment(System.getenv());
        for (var key : Key.values()) {
            var name = "--" + key.text();
            if (arguments.hasMatchedOption(name)) {
                settings.flag(key, arguments.matchedOptionValue(name, ""));
            }
        }
        return Configuration.of(settings);
    }

    /**
     * A number of bytes.
     *
     * @param most the largest that is allowed
     */
    static long bytes(ParseResult arguments, String name, long fallback, long most) throws CliException {
        var text = text(arguments, name);
        if (text == null) {
            return fallback;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= 1 && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CliException(ExitCode.USAGE, name + " '" + text + "': expected a number of bytes from 1 to " + most);
    }
}
