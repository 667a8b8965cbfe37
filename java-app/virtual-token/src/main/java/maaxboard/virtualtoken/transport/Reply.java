// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

/** What comes of a command APDU. */
public sealed interface Reply {
    /** The card's answer. */
    record Data(byte[] response) implements Reply {}

    /** Something else than an answer. */
    enum Trouble implements Reply {
        /** Nothing is sent; the reader waits. */
        SILENCE,
        /** The card, or the whole device, is gone. */
        CARD_GONE,
        /** The endpoint stalls. */
        STALL,
        /** The device resets itself. */
        USB_RESET
    }
}
