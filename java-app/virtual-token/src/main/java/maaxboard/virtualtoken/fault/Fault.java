// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.fault;

import java.util.function.UnaryOperator;
import maaxboard.virtualtoken.card.ChallengeSource;
import maaxboard.virtualtoken.card.ResponseApdu;

/** One way in which a token misbehaves. */
public sealed interface Fault {
    /** The bytes of GET CHALLENGE are not random; length and status are right. */
    record Content(ChallengeSource source) implements Fault {}

    /** The answer to GET CHALLENGE is changed as a whole. */
    record Answer(UnaryOperator<ResponseApdu> change) implements Fault {}

    /** The answer comes late. */
    record Delay(long milliseconds) implements Fault {}

    /** A fault of the connection or of the card, at the moment an answer is due. */
    enum Behaviour implements Fault {
        /** No answer, ever. */
        SILENT,
        /** The card is taken out while the reader waits. */
        TEAR,
        /** The device is unplugged while the reader waits. */
        YANK,
        /** The USB endpoint stalls instead of giving the answer. */
        STALL,
        /** The device resets itself and shows up again. */
        USB_RESET
    }
}
