// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** What C_GetSlotInfo tells of a slot; blank padding is trimmed. */
public record SlotInfo(long id, String description, String manufacturer, long flags) {
    private static final long TOKEN_PRESENT = 1;

    public boolean tokenPresent() {
        return (flags & TOKEN_PRESENT) != 0;
    }

    /** The slot's ID as pkcs11-tool writes it. */
    public String hexId() {
        return "0x" + Long.toHexString(id);
    }
}
