// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

/** The way from a reader (QEMU, or a pcscd) to one token. */
public interface Transport extends AutoCloseable {
    /** Begins to serve the token, and to look for the other end until it is there. Called once. */
    void start(CardSlot slot);

    /** The token was plugged, unplugged, or its card moved: tells the other end. Any thread may call. */
    void changed();

    /** Whether the reader needs the answer to reset of a T=1 card. */
    boolean blockProtocol();

    /** Ends the connection and its threads. */
    @Override
    void close();
}
