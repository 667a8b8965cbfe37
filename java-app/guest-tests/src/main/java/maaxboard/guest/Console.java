// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The guest's serial console: what came out of it so far, and a way to wait for more. Thread-safe. */
public final class Console {
    private final OutputStream keyboard;
    private final StringBuilder screen = new StringBuilder();
    private int cursor;
    private boolean ended;

    /**
     * @param log gets everything the guest prints, for whoever looks into a failure
     */
    Console(InputStream output, OutputStream keyboard, Path log) {
        this.keyboard = keyboard;
        Thread.ofVirtual().name("console").start(() -> read(output, log));
    }

    private void read(InputStream output, Path log) {
        var bytes = new byte[4096];
        try (output; var file = Files.newOutputStream(log)) {
            for (int n = output.read(bytes); n >= 0; n = output.read(bytes)) {
                file.write(bytes, 0, n);
                synchronized (screen) {
                    screen.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
                    screen.notifyAll();
                }
            }
        } catch (IOException e) {
            // The guest's end closes the stream under the reader; what matters was read.
        } finally {
            synchronized (screen) {
                ended = true;
                screen.notifyAll();
            }
        }
    }

    /**
     * Waits until the pattern shows up behind the last match, and moves behind it.
     *
     * @throws GuestException with the last lines, if the time is over or the guest ended first
     */
    public MatchResult await(Pattern pattern, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (screen) {
            while (true) {
                var matcher = pattern.matcher(screen);
                if (matcher.find(cursor)) {
                    cursor = matcher.end();
                    return matcher.toMatchResult();
                }
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0 || ended) {
                    throw new GuestException((ended ? "the guest ended" : "nothing in " + limit.toSeconds() + " s")
                            + " while waiting for /" + pattern + "/; its last lines:\n" + tail());
                }
                try {
                    screen.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new GuestException("interrupted while waiting for /" + pattern + "/");
                }
            }
        }
    }

    /** Types a line. */
    public void type(String line) {
        try {
            keyboard.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            keyboard.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the console is closed", e);
        }
    }

    /** Everything printed so far. */
    public String all() {
        synchronized (screen) {
            return screen.toString();
        }
    }

    private String tail() {
        var lines = screen.toString().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }
}
