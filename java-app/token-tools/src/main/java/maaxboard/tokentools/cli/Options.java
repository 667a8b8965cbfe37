// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.nio.file.Path;
import java.util.List;
import maaxboard.entropy.cli.ExitCode;
import maaxboard.entropy.daemon.Configuration;
import maaxboard.entropy.daemon.ConfigurationException;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.daemon.Settings;
import maaxboard.entropy.source.PinSource;
import maaxboard.tokentools.token.KeyName;
import maaxboard.tokentools.token.TokenException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Options that commands share, and what becomes of them. */
final class Options {
    private static final Path CONFIGURATION = Path.of("/etc/maaxboard-entropy.conf");
    private static final List<Key> TOKEN_KEYS = List.of(Key.MODULE, Key.INIT_ARGS, Key.SLOT, Key.SLOT_INDEX, Key.TOKEN_LABEL,
            Key.SERIAL, Key.URI, Key.PIN_SOURCE);

    private Options() {
    }

    /** Which token: the wrapper's own keys, and its configuration file. */
    static void addToken(CommandSpec spec) {
        addText(spec, "FILE", "configuration (default " + CONFIGURATION + ", if it is there)", "--config");
        for (var key : TOKEN_KEYS) {
            addText(spec, "VALUE", key.expected() + (key.fallback().isEmpty() ? "" : " (default " + key.fallback() + ")"),
                    "--" + key.text());
        }
        addFlag(spec, "trace the calls into the module to standard error", "--trace");
    }

    /** Which key. */
    static void addName(CommandSpec spec) {
        addText(spec, "LABEL", "the key's label", "--label");
        addText(spec, "HEX", "the key's ID", "--id");
    }

    static KeyName name(ParseResult arguments) throws TokenException {
        return KeyName.of(text(arguments, "--label"), text(arguments, "--id"));
    }

    static void addText(CommandSpec spec, String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names).arity("1").type(String.class).paramLabel(label)
                .description(description.replace("%", "%%")).build());
    }

    static void addTexts(CommandSpec spec, String label, String description, String... names) {
        spec.addOption(OptionSpec.builder(names).arity("1").type(List.class).auxiliaryTypes(String.class).paramLabel(label)
                .description(description).build());
    }

    static void addFlag(CommandSpec spec, String description, String... names) {
        spec.addOption(OptionSpec.builder(names).arity("0").type(boolean.class).description(description).build());
    }

    static boolean flag(ParseResult arguments, String name) {
        return arguments.matchedOptionValue(name, false);
    }

    static String text(ParseResult arguments, String name) {
        return arguments.matchedOptionValue(name, (String) null);
    }

    static List<String> texts(ParseResult arguments, String name) {
        return arguments.matchedOptionValue(name, List.<String>of());
    }

    /** The value of an option that has to be there. */
    static String required(ParseResult arguments, String name) throws CliException {
        var text = text(arguments, name);
        if (text == null) {
            throw new CliException(ExitCode.USAGE, name + " is missing");
        }
        return text;
    }

    /** Where a PIN is read from. */
    static PinSource pinSource(ParseResult arguments, String name) throws CliException {
        try {
            return new PinSource(required(arguments, name));
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, name + ": " + e.getMessage());
        }
    }

    /** Defaults, then the file, the environment, and the flags. */
    static Configuration configuration(ParseResult arguments) throws ConfigurationException {
        var file = text(arguments, "--config");
        var settings = new Settings();
        settings.file(file == null ? CONFIGURATION : Path.of(file), file == null);
        settings.environment(System.getenv());
        for (var key : TOKEN_KEYS) {
            if (arguments.hasMatchedOption("--" + key.text())) {
                settings.flag(key, arguments.matchedOptionValue("--" + key.text(), ""));
            }
        }
        return Configuration.of(settings);
    }
}
