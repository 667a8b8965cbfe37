// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

/** A command the card refuses; its status word is the answer. */
public final class CardException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int statusWord;

    CardException(int statusWord) {
        super("status word %04X".formatted(statusWord), null, false, false);
        this.statusWord = statusWord;
    }

    /** SW1 SW2 as one number. */
    public int statusWord() {
        return statusWord;
    }
}
