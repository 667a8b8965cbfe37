// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

/** A card as its reader sees it. Not safe for use by several threads. */
public interface SmartCard {
    /** Power on or reset: volatile state is gone. */
    void reset();

    /** Command APDU in, response APDU out; never fails, whatever the command. */
    byte[] transmit(byte[] command);
}
