// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.ParseResult;

/** What stood on the command line behind the command. */
final class Arguments {
    /** By each of an option's names; a flag's value is empty. */
    private final Map<String, String> values = new HashMap<>();
    private String operand;

    private Arguments() {
    }

    /** As picocli has understood it. */
    static Arguments of(ParseResult result) {
        var arguments = new Arguments();
        for (var option : result.matchedOptions()) {
            Object value = option.getValue();
            arguments.put(option.names(), value instanceof String text ? text : "");
        }
        arguments.operand = result.matchedPositionalValue(0, (String) null);
        return arguments;
    }

    /**
     * A plain command line, understood without picocli, which takes a fifth of a one-shot command's time: whole names of
     * options, values that do not look like options, no help.
     *
     * @param from the first word behind the command
     * @return null if it is not so plain, or wrong: then picocli has the word
     */
    static Arguments plain(Description description, String[] words, int from) {
        var arguments = new Arguments();
        for (int i = from; i < words.length; i++) {
            var word = words[i];
            if (!word.startsWith("-") || word.equals("-")) {
                if (!description.takesOperand() || arguments.operand != null || word.startsWith("@")) {
                    return null;
                }
                arguments.operand = word;
                continue;
            }
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            var name = equals < 0 ? word : word.substring(0, equals);
            var names = description.namesOf(name);
            if (names == null || arguments.values.containsKey(name)) {
                return null;
            }
            String value = "";
            if (!description.isFlag(name)) {
                value = equals >= 0 ? word.substring(equals + 1) : i + 1 < words.length ? words[++i] : "-?";
                if (value.startsWith("-") && value.length() > 1 || value.startsWith("@")) {
                    return null;
                }
            } else if (equals >= 0) {
                return null;
            }
            arguments.put(names, value);
        }
        return arguments;
    }

    private void put(String[] names, String value) {
        for (var name : names) {
            values.put(name, value);
        }
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** An option's value, or null. */
    String text(String name) {
        return values.get(name);
    }

    /** The one operand, or null. */
    String operand() {
        return operand;
    }

    /** All names that were given, an option's other names among them. */
    Set<String> names() {
        return values.keySet();
    }
}
