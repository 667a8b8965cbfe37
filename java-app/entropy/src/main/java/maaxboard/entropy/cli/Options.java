// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.daemon.Configuration;
import maaxboard.entropy.daemon.ConfigurationException;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.daemon.Settings;

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
    static void addKeys(Description description, List<Key> keys) {
        description.text("FILE", () -> "configuration (default " + CONFIGURATION + ", if it is there)", "--config");
        for (var key : keys) {
            description.text(VALUE_NAMES.getOrDefault(key, "VALUE"), () -> key.expected()
                    + (key.fallback().isEmpty() ? "" : " (default " + key.fallback() + ")"), "--" + key.text());
        }
    }

    static void addText(Description description, String label, String text, String... names) {
        description.text(label, () -> text, names);
    }

    static void addFlag(Description description, String text, String... names) {
        description.flag(text, names);
    }

    /** One operand that may be left away. */
    static void addOperand(Description description, String label, String text) {
        description.operand(label, text);
    }

    /** The operand, or null. */
    static String operand(Arguments arguments) {
        return arguments.operand();
    }

    static boolean flag(Arguments arguments, String name) {
        return arguments.has(name);
    }

    static String text(Arguments arguments, String name) {
        return arguments.text(name);
    }

    /** Defaults, then the file, the environment, and the flags. */
    static Configuration configuration(Arguments arguments) throws ConfigurationException {
        var file = text(arguments, "--config");
        var settings = new Settings();
        settings.file(file == null ? CONFIGURATION : Path.of(file), file == null);
        settings.environment(System.getenv());
        for (var name : arguments.names()) {
            if (name.startsWith("--")) {
                Key.named(name.substring(2)).ifPresent(key -> settings.flag(key, arguments.text(name)));
            }
        }
        return Configuration.of(settings);
    }

    /**
     * A number from 1 on.
     *
     * @param what "a number of bytes", for the message
     * @param most the largest that is allowed
     */
    static long number(Arguments arguments, String name, String what, long fallback, long most) throws CliException {
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
        throw new CliException(ExitCode.USAGE, name + " '" + text + "': expected " + what + " from 1 to " + most);
    }
}
