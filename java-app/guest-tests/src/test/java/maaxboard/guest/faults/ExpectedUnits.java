// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import maaxboard.virtualtoken.card.ResponseApdu;
import maaxboard.virtualtoken.card.StatusWord;

/**
 * The units that must come of what a card sent, computed from its commands and answers alone. The source reads a unit in
 * blocks; OpenSC collects a block from as many answers to GET CHALLENGE as it takes, and one answer that it can make
 * nothing of ends the unit. It takes more than answers of the asked length with status 9000, and nobody behind it can
 * tell (OpenSC's sc_get_challenge, sc_transmit and sc_apdu_set_resp, alike in 0.23 to 0.27):
 *
 * <ul>
 *   <li>what is longer than asked it cuts, what a shorter answer lacks it asks for again;
 *   <li>6Cxx: it asks once more, for xx bytes, and then takes what comes up to the length it wanted at first;
 *   <li>61xx: a whole answer it takes, for the rest of another it sends GET RESPONSE, which this card refuses;
 *   <li>90xx: success, whatever xx is, until 0.26.0 looked at the second byte too.
 * </ul>
 */
final class ExpectedUnits {
    static final int UNIT = 512;
    static final int BLOCK = 256;

    private static final int GET_CHALLENGE = 0x84;
    private static final int INS = 1;
    private static final int LE = 4;
    /** What one GET CHALLENGE asks for at most: the card says so. */
    private static final int CHALLENGE = 32;
    private static final int MORE_WAITS = 0x61;
    private static final int OTHER_LENGTH = 0x6c;

    /**
     * A unit.
     *
     * @param asAsked how many of its bytes came in answers of the asked length with status 9000
     */
    record Unit(byte[] bytes, int asAsked) {}

    private final boolean everySuccess;
    private final Queue<Unit> units = new ConcurrentLinkedQueue<>();
    private byte[] bytes = new byte[UNIT];
    private int filled;
    private int asAsked;
    /** The length that a 6Cxx asked for; 0: it did not. */
    private int repeated;

    /** @param everySuccess whether this OpenSC takes 90xx for 9000 */
    ExpectedUnits(boolean everySuccess) {
        this.everySuccess = everySuccess;
    }

    /** The next unit, or null: to be asked when the source has given one. */
    Unit next() {
        return units.poll();
    }

    /** A command and its answer. For the card's thread. */
    void exchanged(byte[] command, ResponseApdu answer) {
        int room = Math.min(CHALLENGE, BLOCK - filled % BLOCK);
        if ((command[INS] & 0xff) != GET_CHALLENGE || command[LE] != (repeated == 0 ? room : repeated)) {
            begin();
            if ((command[INS] & 0xff) != GET_CHALLENGE) {
                return;
            }
            room = CHALLENGE;
        }
        int family = answer.statusWord() >> 8;
        int other = answer.statusWord() & 0xff;
        if (family == OTHER_LENGTH && repeated == 0 && other > 0 && other <= room) {
            repeated = other;
            return;
        }
        repeated = 0;
        int taken = Math.min(answer.data().length, room);
        boolean success = answer.statusWord() == StatusWord.OK || everySuccess && family == StatusWord.OK >> 8
                || family == MORE_WAITS && taken == room;
        if (!success || taken == 0) {
            begin();
            return;
        }
        System.arraycopy(answer.data(), 0, bytes, filled, taken);
        filled += taken;
        if (answer.statusWord() == StatusWord.OK && answer.data().length == command[LE]) {
            asAsked += taken;
        }
        if (filled == UNIT) {
            units.add(new Unit(bytes, asAsked));
            bytes = new byte[UNIT];
            begin();
        }
    }

    private void begin() {
        filled = 0;
        asAsked = 0;
        repeated = 0;
    }
}
