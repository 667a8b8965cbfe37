// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import maaxboard.entropy.region.Region;
import maaxboard.guest.Guest;

/**
 * The whole way from the token to the region, with a hand on each part: once on this host, once in a guest. Tokens are
 * numbered 0 and 1; the second starts unplugged.
 */
public interface Rig extends AutoCloseable {
    /** How long anything that the service logs may take on a busy machine. */
    long LOG_SECONDS = 120;

    /** "host", "link" or "guest". */
    String name();

    /** An order for a token, as its control socket takes it. */
    void order(int token, String line);

    /** What a token says of itself, as its control socket does: {@code commands=12 fault=none} and more. */
    String status(int token);

    /** How many commands a token has been sent. */
    default long commands(int token) {
        return number(token, "commands");
    }

    /** The place in a token's list of answers of the first that its fault spoilt, if it spoils what is in answers. */
    default int firstBad(int token) {
        return (int) number(token, "before-fault");
    }

    private long number(int token, String key) {
        var matcher = Pattern.compile(" " + key + "=([0-9]+) ").matcher(status(token));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** The file with the SHA-256 hashes of a token's 32-byte answers, one a line. */
    Path hashes(int token);

    /** The region's consumer side; the rig closes it. */
    Region region();

    /** Kills pcscd as a crash would. */
    void killPcscd();

    /** Starts pcscd after it was killed. */
    void startPcscd() throws IOException;

    /** Kills the service (SIGKILL). */
    void killService();

    /** Starts the service after it was killed. */
    void startService() throws IOException;

    /** Takes a token out of quarantine. */
    void clear(String serial) throws IOException;

    /** Has the service, which goes on, use no token but that of a serial number; null: any again. */
    void select(String serial) throws IOException;

    /** Waits until the service has logged these words, behind so many characters. */
    default void awaitLog(int logged, String words) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LOG_SECONDS);
        for (String log = log(); !log.substring(Math.min(logged, log.length())).contains(words); log = log()) {
            if (System.nanoTime() > end) {
                throw new IOException("the service does not log '" + words + "'; its log ends: "
                        + log.substring(Math.max(0, log.length() - 500)));
            }
            Guest.pause(Duration.ofMillis(50));
        }
    }

    /** Steps the wall clock of the machine the service runs on by so many seconds, if that clock is the rig's own. */
    void stepClock(int seconds);

    /** What the service has logged so far. */
    String log();

    /**
     * Makes everything healthy again, whatever was done to it: a step that fails does not keep the others from being done.
     *
     * @throws IOException with what the first step said that failed
     */
    default void restore() throws IOException {
        List<Step> steps = List.of(
                () -> order(0, "fault none"),
                () -> order(0, "unplug"),
                () -> order(0, "serial " + FaultCase.SERIALS.get(0)),
                () -> order(0, "card-in"),
                () -> order(1, "unplug"),
                () -> order(1, "fault none"),
                () -> order(1, "card-in"),
                () -> order(1, "serial " + FaultCase.SERIALS.get(1)),
                this::killPcscd,
                this::startPcscd,
                () -> order(0, "plug"),
                () -> select(null),
                this::killService,
                this::startService,
                () -> clear("fffe" + FaultCase.SERIALS.get(0)));
        IOException failure = null;
        for (Step step : steps) {
            try {
                step.take();
            } catch (IOException | RuntimeException e) {
                if (failure == null) {
                    failure = new IOException("not healed: " + e.getMessage(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Something of {@link #restore}. */
    @FunctionalInterface
    interface Step {
        /** Does it. */
        void take() throws IOException;
    }

    @Override
    void close() throws IOException;
}
