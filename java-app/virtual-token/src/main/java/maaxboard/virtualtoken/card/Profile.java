// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Which card is played: its version, its historical bytes and what it says it can do. */
public enum Profile {
    /**
     * A Nitrokey Start with Gnuk 1.2: OpenPGP 2.0, command chaining, short APDUs only announced (extended ones are
     * understood all the same).
     */
    GNUK("gnuk", 0x0200, "00318473800180009000", "75000020080000FF0100", 32, false),

    /** An OpenPGP 3.4 card with extended lengths, algorithm information and life-cycle management. */
    OPENPGP_34("3.4", 0x0304, "003184738001C0059000", "7D000020080000FF0001", 32, true);

    private final String label;
    private final int version;
    private final byte[] historicalBytes;
    private final byte[] extendedCapabilities;
    private final int challengeLimit;
    private final boolean extendedLength;

    Profile(String label, int version, String historical, String capabilities, int challengeLimit, boolean extended) {
        this.label = label;
        this.version = version;
        this.historicalBytes = HexFormat.of().parseHex(historical);
        this.extendedCapabilities = HexFormat.of().parseHex(capabilities);
        this.challengeLimit = challengeLimit;
        this.extendedLength = extended;
    }

    /** The profile of that name on the command line. */
    public static Optional<Profile> named(String label) {
        return Arrays.stream(values()).filter(profile -> profile.label.equals(label)).findFirst();
    }

    /** Its name on the command line. */
    public String label() {
        return label;
    }

    /** The most bytes one GET CHALLENGE gives. */
    public int challengeLimit() {
        return challengeLimit;
    }

    /** Whether the card announces extended Lc and Le. */
    public boolean extendedLength() {
        return extendedLength;
    }

    int version() {
        return version;
    }

    byte[] historicalBytes() {
        return historicalBytes.clone();
    }

    byte[] extendedCapabilities() {
        return extendedCapabilities.clone();
    }

    /** Answer to reset for T=1, as Gnuk builds it; the last byte is the XOR of all after the first. */
    byte[] atrT1() {
        byte[] head = HexFormat.of().parseHex("3BDA11FF81B1FE551F03");
        byte[] atr = Arrays.copyOf(Tlv.concat(head, historicalBytes), head.length + historicalBytes.length + 1);
        for (int i = 1; i < atr.length - 1; i++) {
            atr[atr.length - 1] ^= atr[i];
        }
        return atr;
    }

    /** Answer to reset for T=0: for readers that know no other protocol, such as QEMU's usb-ccid. */
    byte[] atrT0() {
        return Tlv.concat(HexFormat.of().parseHex("3B1A11"), historicalBytes);
    }
}
