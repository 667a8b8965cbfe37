// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.nio.file.Path;
import maaxboard.entropy.region.Region;

/**
 * The whole way from the token to the region, with a hand on each part: once on this host, once in a guest. Tokens are
 * numbered 0 and 1; the second starts unplugged.
 */
interface Rig extends AutoCloseable {
    /** "host" or "guest". */
    String name();

    /** An order for a token, as its control socket takes it. */
    void order(int token, String line);

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

    /** Steps the wall clock of the machine the service runs on by so many seconds, if that clock is the rig's own. */
    void stepClock(int seconds);

    /** What the service has logged so far. */
    String log();

    /** Makes everything healthy again, whatever was done to it. */
    default void restore() throws IOException {
        order(0, "fault none");
        order(0, "serial " + FaultCase.SERIALS.get(0));
        order(0, "card-in");
        order(0, "plug");
        order(1, "unplug");
        order(1, "fault none");
        order(1, "serial " + FaultCase.SERIALS.get(1));
        killPcscd();
        startPcscd();
        killService();
        startService();
        clear("fffe" + FaultCase.SERIALS.get(0));
    }

    @Override
    void close() throws IOException;
}
