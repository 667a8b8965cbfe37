// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

/** The three keys of an OpenPGP card, with the tags that belong to each (OpenPGP card 3.4, 4.4.1 and 4.4.3.12). */
enum KeyRole {
    SIGN(0xb6, 0xc1, 0xc7, 0xce, 0xd6),
    DECRYPT(0xb8, 0xc2, 0xc8, 0xcf, 0xd7),
    AUTHENTICATE(0xa4, 0xc3, 0xc9, 0xd0, 0xd8);

    final int controlReference;
    final int attributes;
    final int fingerprint;
    final int timestamp;
    final int userInteraction;

    KeyRole(int controlReference, int attributes, int fingerprint, int timestamp, int userInteraction) {
        this.controlReference = controlReference;
        this.attributes = attributes;
        this.fingerprint = fingerprint;
        this.timestamp = timestamp;
        this.userInteraction = userInteraction;
    }

    static KeyRole ofControlReference(int tag) throws CardException {
        for (KeyRole role : values()) {
            if (role.controlReference == tag) {
                return role;
            }
        }
        throw new CardException(StatusWord.WRONG_DATA);
    }
}
