// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

/** The token behind a transport. Safe for use by several threads. */
public interface CardSlot {
    /** Whether the device is plugged in. */
    boolean plugged();

    /** Whether there is a card in the device. */
    boolean cardPresent();

    /** Eight hex digits, for the USB serial string. */
    String serial();

    /** Whether the card announces extended lengths. */
    boolean extendedLength();

    /** Answer to reset, without resetting. */
    byte[] atr();

    /** Power on or reset: gives the answer to reset. */
    byte[] powerOn();

    /** A command; blocks for as long as the card takes. */
    Reply exchange(byte[] command);
}
