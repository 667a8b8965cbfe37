// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.PrintStream;
import java.util.Locale;
import maaxboard.entropy.linux.Syslog;

/**
 * Lines for people, on standard error or to syslog. At most 30 lines in 10 seconds get through; how many were held back
 * is said afterwards. Safe for use by several threads.
 */
public final class Log {
    private static final long WINDOW = 10_000_000_000L;
    private static final int LINES_IN_WINDOW = 30;

    /** How grave a line is; the number is syslog's severity. */
    public enum Level {
        ERROR(3), WARNING(4), INFO(6), DEBUG(7);

        private final int severity;

        Level(int severity) {
            this.severity = severity;
        }
    }

    private final Syslog syslog;
    private final PrintStream stream;
    private volatile Level level;
    private long windowStart = System.nanoTime();
    private int lines;
    private int suppressed;

    private Log(Syslog syslog, PrintStream stream, Level level) {
        this.syslog = syslog;
        this.stream = stream;
        this.level = level;
    }

    /** A log on that stream. */
    public static Log to(PrintStream stream, Level level) {
        return new Log(null, stream, level);
    }

    /** A log in the system's log. */
    public static Log toSyslog(Level level) {
        return new Log(new Syslog("maaxboard-entropy"), null, level);
    }

    /** Lines below this level are dropped from now on. */
    public void level(Level level) {
        this.level = level;
    }

    public void error(String text) {
        log(Level.ERROR, text);
    }

    public void warning(String text) {
        log(Level.WARNING, text);
    }

    public void info(String text) {
        log(Level.INFO, text);
    }

    public void debug(String text) {
        log(Level.DEBUG, text);
    }

    private synchronized void log(Level at, String text) {
        if (at.compareTo(level) > 0) {
            return;
        }
        long now = System.nanoTime();
        if (now - windowStart >= WINDOW) {
            if (suppressed > 0) {
                write(Level.WARNING, suppressed + " lines held back");
            }
            windowStart = now;
            lines = 0;
            suppressed = 0;
        }
        if (lines++ < LINES_IN_WINDOW) {
            write(at, text);
        } else {
            suppressed++;
        }
    }

    private void write(Level at, String text) {
        if (syslog != null) {
            syslog.log(at.severity, text);
        } else {
            stream.println(at.name().toLowerCase(Locale.ROOT) + ": " + text);
        }
    }
}
