// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.util.Arrays;
import java.util.HexFormat;

/** The algorithms a key can have, each known by its algorithm attributes (OpenPGP card 3.4, 4.4.3.9). */
enum KeyAlgorithm {
    RSA_2048("010800002000"),
    ECDSA_P256("132A8648CE3D030107"),
    ECDH_P256("122A8648CE3D030107"),
    ED25519("162B06010401DA470F01"),
    X25519("122B060104019755010501");

    private final byte[] attributes;

    KeyAlgorithm(String attributes) {
        this.attributes = HexFormat.of().parseHex(attributes);
    }

    byte[] attributes() {
        return attributes.clone();
    }

    /**
     * The algorithm of these attributes. A trailing FF (public key in the import) and RSA import formats other than
     * the standard one do not matter; the exponent's size is ours.
     */
    static KeyAlgorithm of(byte[] attributes) throws CardException {
        if (attributes.length == 6 && attributes[0] == 1 && attributes[1] == 8 && attributes[2] == 0) {
            return RSA_2048;
        }
        byte[] bare = attributes.length > 1 && attributes[attributes.length - 1] == (byte) 0xff
                ? Arrays.copyOf(attributes, attributes.length - 1)
                : attributes;
        for (KeyAlgorithm algorithm : values()) {
            if (Arrays.equals(algorithm.attributes, bare)) {
                return algorithm;
            }
        }
        throw new CardException(StatusWord.WRONG_DATA);
    }

    boolean fits(KeyRole role) {
        return switch (this) {
            case RSA_2048 -> true;
            case ECDSA_P256, ED25519 -> role != KeyRole.DECRYPT;
            case ECDH_P256, X25519 -> role == KeyRole.DECRYPT;
        };
    }
}
