// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

/** The system's log, syslog(3), facility daemon. */
public final class Syslog {
    private static final int LOG_PID = 1;
    private static final int LOG_DAEMON = 3 << 3;

    /** @param identity what each line is marked with */
    public Syslog(String identity) {
        Libc.openlog(identity, LOG_PID, LOG_DAEMON);
    }

    /** @param severity 0 (emergency) to 7 (debug), as in syslog(3) */
    public void log(int severity, String message) {
        Libc.syslog(severity, message);
    }
}
