// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

/**
 * A token at one moment.
 *
 * @param serial eight hex digits
 * @param plugged whether the device is plugged in
 * @param cardPresent whether there is a card in it
 * @param fault the fault in force, as it was asked for, or {@code none}
 * @param commands command APDUs received
 * @param challenges answers to GET CHALLENGE sent with status 9000
 * @param challengeBytes bytes in them
 * @param wholeBeforeFault answers of 32 bytes with status 9000 before the fault was last set or ended by order: the lines
 *     that the list of hashes had then
 * @param powerOns times the card was powered on or reset
 */
public record Status(
        String serial,
        boolean plugged,
        boolean cardPresent,
        String fault,
        long commands,
        long challenges,
        long challengeBytes,
        long wholeBeforeFault,
        long powerOns) {

    /** One line of {@code key=value} words; the fault is the last, because it may have blanks. */
    public String line() {
        return "serial=%s plugged=%s card=%s commands=%d challenges=%d bytes=%d before-fault=%d power-ons=%d fault=%s"
                .formatted(
                        serial,
                        plugged ? "yes" : "no",
                        cardPresent ? "in" : "out",
                        commands,
                        challenges,
                        challengeBytes,
                        wholeBeforeFault,
                        powerOns,
                        fault);
    }
}
