// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.function.Function;
import maaxboard.entropy.health.HealthPolicy;
import maaxboard.entropy.pkcs11.Pkcs11Uri;
import maaxboard.entropy.region.Geometry;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.source.PinSource;
import maaxboard.entropy.source.Selection;

/**
 * Everything {@code entropy run} can be told, checked. The components are the keys of {@link Key}; absent optional
 * values are null.
 *
 * @param health what is claimed of a token that {@code claims} does not name
 * @param claims claimed min-entropy by serial number
 * @param byteBudget bytes a token may give in 24 hours; 0 = no limit
 * @param longTestSeconds the time the long test after an alarm may take
 */
public record Configuration(List<Path> modules, String initArgs, Selection selection, PinSource pinSource,
        RegionSpec region, int slotBytes, int slotCount, int blockBytes, HealthPolicy health,
        Map<String, Double> claims, int minTokens,
        boolean mixed, String mixContext, long byteBudget, int longTestSeconds, Path runDirectory, Path metricsFile,
        Log.Level logLevel, boolean syslog) {

    /** Checks all values. */
    public static Configuration of(Settings settings) throws ConfigurationException {
        var uris = read(settings, Key.URI, text -> words(text).stream().map(Configuration::uri).toList());
        var selection = new Selection(read(settings, Key.SLOT, optional(Configuration::slotId)),
                read(settings, Key.SLOT_INDEX, optional(text -> integer(text, 0, 100_000))),
                read(settings, Key.TOKEN_LABEL, optional(text -> text)),
                read(settings, Key.SERIAL, optional(text -> text)), uris);
        var uriModules = uris.stream().map(Pkcs11Uri::modulePath).filter(path -> path != null).distinct().map(Path::of)
                .toList();
        var uriPin = uris.stream().map(Pkcs11Uri::pinSource).filter(pin -> pin != null).findFirst().orElse("");
        int slotBytes = read(settings, Key.SLOT_BYTES, text -> new Geometry(integer(text, 128, 4096),
                Geometry.DEFAULT_SLOT_COUNT, false).slotBytes());
        int slotCount = read(settings, Key.SLOT_COUNT, text -> new Geometry(slotBytes, integer(text, 2, 65536), false)
                .slotCount());
        var claims = read(settings, Key.CLAIMED_ENTROPY, Configuration::claims);
        double claimed = claims.getOrDefault("", HealthPolicy.DEFAULT.minEntropy());
        boolean fips = read(settings, Key.FIPS140, Configuration::yesOrNo);
        long minAnswer = read(settings, Key.MIN_ANSWER_TIME, text -> 1000L * integer(text, 0, 60_000_000));
        var health = read(settings, Key.CLAIMED_ENTROPY, text -> new HealthPolicy(claimed,
                HealthPolicy.DEFAULT.intermittentAlpha(), HealthPolicy.DEFAULT.permanentAlpha(), fips, minAnswer));
        return new Configuration(
                uriModules.isEmpty() ? read(settings, Key.MODULE, text -> words(text).stream().map(Path::of).toList())
                        : uriModules,
                read(settings, Key.INIT_ARGS, optional(text -> text)), selection,
                read(settings, Key.PIN_SOURCE,
                        text -> text.isEmpty() && uriPin.isEmpty() ? null : new PinSource(text.isEmpty() ? uriPin : text)),
                read(settings, Key.REGION, RegionSpec::parse), slotBytes, slotCount,
                read(settings, Key.BLOCK_BYTES, text -> integer(text, 16, 4096)), health, claims,
                read(settings, Key.MIN_TOKENS, text -> integer(text, 1, 64)),
                read(settings, Key.SOURCE, text -> oneOf(text, "each", "mixed").equals("mixed")),
                read(settings, Key.MIX_CONTEXT, text -> text),
                read(settings, Key.BYTE_BUDGET, Configuration::bytes),
                read(settings, Key.LONG_TEST_TIME, text -> integer(text, 1, 86_400)),
                read(settings, Key.RUN_DIRECTORY, Path::of), read(settings, Key.METRICS_FILE, optional(Path::of)),
                read(settings, Key.LOG_LEVEL,
                        text -> Log.Level.valueOf(oneOf(text, "error", "warning", "info", "debug").toUpperCase(java.util.Locale.ROOT))),
                read(settings, Key.LOG_TO, text -> oneOf(text, "stderr", "syslog").equals("syslog")));
    }

    /** A URI whose paths are paths. */
    private static Pkcs11Uri uri(String text) {
        var uri = Pkcs11Uri.parse(text);
        if (uri.modulePath() != null) {
            Path.of(uri.modulePath());
        }
        if (uri.pinSource() != null) {
            new PinSource(uri.pinSource());
        }
        return uri;
    }

    private static <T> T read(Settings settings, Key key, Function<String, T> reader) throws ConfigurationException {
        var value = settings.get(key);
        try {
            return reader.apply(value.text());
        } catch (IllegalArgumentException e) {
            // Path and number parsers speak to programmers; a URI or a PIN's source may hold the PIN itself, by mistake.
            boolean ours = e.getClass() == IllegalArgumentException.class && e.getMessage() != null;
            boolean secret = key == Key.URI || key == Key.PIN_SOURCE || value.text().contains("pin-value");
            throw new ConfigurationException(value.origin(), value.where() + (secret ? "" : " = '" + value.text() + "'")
                    + ": " + (ours ? e.getMessage() : "expected " + key.expected()));
        }
    }

    private static <T> Function<String, T> optional(Function<String, T> reader) {
        return text -> text.isEmpty() ? null : reader.apply(text);
    }

    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        for (var tokens = new StringTokenizer(text); tokens.hasMoreTokens(); ) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    /** A slot ID, decimal or 0x…, unsigned. */
    public static Long slotId(String text) {
        return text.startsWith("0x") || text.startsWith("0X") ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseUnsignedLong(text);
    }

    private static int integer(String text, int least, int most) {
        int value = Integer.parseInt(text);
        if (value < least || value > most) {
            throw new NumberFormatException();
        }
        return value;
    }

    private static long bytes(String text) {
        long value = Long.parseLong(text);
        if (value < 0) {
            throw new NumberFormatException();
        }
        return value;
    }

    /** A number for all tokens, by the empty serial, and SERIAL=NUMBER for one. */
    private static Map<String, Double> claims(String text) {
        var claims = new HashMap<String, Double>();
        for (var word : words(text)) {
            int equals = word.lastIndexOf('=');
            if (claims.put(equals < 0 ? "" : word.substring(0, equals), number(word.substring(equals + 1))) != null) {
                throw new NumberFormatException();
            }
        }
        return Map.copyOf(claims);
    }

    private static double number(String text) {
        // A whole number is the usual case, and spares the start the parser of the others.
        double value = text.length() == 1 ? Integer.parseInt(text) : Double.parseDouble(text);
        if (!(value >= 0.1 && value <= 8)) {
            throw new NumberFormatException();
        }
        return value;
    }

    private static boolean yesOrNo(String text) {
        return oneOf(text, "yes", "no").equals("yes");
    }

    private static String oneOf(String text, String... choices) {
        if (!Arrays.asList(choices).contains(text)) {
            throw new NumberFormatException();
        }
        return text;
    }

    /** This configuration, but what only a start can change is taken from {@code running}. */
    Configuration framedBy(Configuration running) {
        return new Configuration(modules, initArgs, selection, pinSource, running.region, running.slotBytes,
                running.slotCount, blockBytes, running.health, running.claims, minTokens, running.mixed, running.mixContext, byteBudget,
                longTestSeconds, running.runDirectory, metricsFile, logLevel, running.syslog);
    }

    /** What is claimed of the token with that serial number, and how strictly it is held to it. */
    public HealthPolicy healthOf(String serial) {
        return health.withMinEntropy(claims.getOrDefault(serial, health.minEntropy()));
    }

    /** The ring's sizes in a region of one or two maps. */
    public Geometry geometry(boolean oneMap) {
        return new Geometry(slotBytes, slotCount, oneMap);
    }
}
