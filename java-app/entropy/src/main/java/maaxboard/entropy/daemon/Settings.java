// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.daemon.ConfigurationException.Origin;
import maaxboard.entropy.linux.TextFile;

/** Values of keys and where each came from: defaults, overridden by a file, by the environment, by flags. */
public final class Settings {
    private final Map<Key, Value> values = new EnumMap<>(Key.class);

    /** @param where for messages: file and line, variable, or flag */
    record Value(String text, Origin origin, String where) {
    }

    /** Nothing but defaults. */
    public Settings() {
        for (var key : Key.values()) {
            values.put(key, new Value(key.fallback(), Origin.FILE, "default of " + key.text()));
        }
    }

    /**
     * Takes the lines of a file.
     *
     * @param mayBeMissing if so and the file is not there, nothing happens
     */
    public Settings file(Path file, boolean mayBeMissing) throws ConfigurationException {
        if (Files.notExists(file)) {
            if (mayBeMissing) {
                return this;
            }
            throw new ConfigurationException(Origin.FILE, file + ": no such file");
        }
        try {
            return lines(file.toString(), List.of(TextFile.read(file).split("\n")));
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(Origin.FILE, file + ": expected UTF-8 text");
        } catch (IOException e) {
            throw new ConfigurationException(Origin.FILE, file + ": cannot be read: " + e.getMessage());
        }
    }

    /** Takes {@code key = value} lines; {@code #} starts a comment line. */
    Settings lines(String name, List<String> lines) throws ConfigurationException {
        var seen = new EnumMap<Key, Integer>(Key.class);
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            var where = name + ":" + (i + 1);
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new ConfigurationException(Origin.FILE, where + ": expected 'key = value'");
            }
            var text = line.substring(0, equals).strip();
            var key = Key.named(text).orElseThrow(() -> new ConfigurationException(Origin.FILE, where + ": unknown key"
                    + (isName(text) ? " '" + text + "'" : "")
                    + "; the keys stand in maaxboard-entropy.conf(5)"));
            var before = seen.put(key, i + 1);
            if (before != null) {
                throw new ConfigurationException(Origin.FILE, where + ": " + key.text() + " stands in line " + before
                        + " already");
            }
            values.put(key, new Value(line.substring(equals + 1).strip(), Origin.FILE, where + ": " + key.text()));
        }
        return this;
    }

    /** What is repeated in a message: a name, not a whole line that may hold a PIN. */
    private static boolean isName(String text) {
        return text.matches("[A-Za-z0-9_.-]{1,40}");
    }

    /** Takes the variables that belong to keys. */
    public Settings environment(Map<String, String> environment) {
        for (var variable : environment.entrySet()) {
            if (variable.getKey().startsWith(Key.VARIABLES)) {
                for (var key : Key.values()) {
                    if (key.variable().equals(variable.getKey())) {
                        values.put(key, new Value(variable.getValue().strip(), Origin.ENVIRONMENT, key.variable()));
                    }
                }
            }
        }
        return this;
    }

    /** Takes one flag's value. */
    public Settings flag(Key key, String text) {
        values.put(key, new Value(text, Origin.FLAG, "--" + key.text()));
        return this;
    }

    Value get(Key key) {
        return values.get(key);
    }
}
