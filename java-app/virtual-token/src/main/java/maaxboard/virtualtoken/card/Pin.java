// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/** A password of the card with its retry counter. An empty one is not set: it matches nothing and costs no try. */
final class Pin {
    private static final int TRIES = 3;
    private static final int LONGEST = 127;

    private final int shortest;
    private final int triesUnset;
    private byte[] value;
    private int tries;

    /** A password with its first value. */
    Pin(String initial, int shortest) {
        this.value = initial.getBytes(StandardCharsets.US_ASCII);
        this.shortest = shortest;
        this.triesUnset = TRIES;
        this.tries = TRIES;
    }

    /** A password that is not set; the tries it shows until it is differ from card to card. */
    Pin(int shortest, int triesUnset) {
        this.value = new byte[0];
        this.shortest = shortest;
        this.triesUnset = triesUnset;
        this.tries = triesUnset;
    }

    int tries() {
        return tries;
    }

    /** A wrong value costs a try; the right one gives all of them back. */
    void check(byte[] given) throws CardException {
        if (value.length == 0) {
            throw new CardException(StatusWord.CONDITIONS);
        }
        if (tries == 0) {
            throw new CardException(StatusWord.BLOCKED);
        }
        if (!MessageDigest.isEqual(value, given)) {
            tries--;
            throw new CardException(StatusWord.SECURITY_STATUS);
        }
        tries = TRIES;
    }

    /** Sets a new value and all tries. */
    void set(byte[] fresh) throws CardException {
        if (fresh.length < shortest || fresh.length > LONGEST) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        value = fresh.clone();
        tries = TRIES;
    }

    void unset() {
        value = new byte[0];
        tries = triesUnset;
    }

    /** Splits old and new, which stand side by side without a mark, by the old one's length. */
    byte[] changeFrom(byte[] oldAndNew) throws CardException {
        int cut = Math.min(value.length, oldAndNew.length);
        check(Arrays.copyOf(oldAndNew, cut));
        return Arrays.copyOfRange(oldAndNew, cut, oldAndNew.length);
    }
}
