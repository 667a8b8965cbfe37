// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** Tells tokens apart. Two slots with one identity are two views of one token: OpenPGP cards show as two. */
public record TokenId(String manufacturer, String model, String serial) implements Comparable<TokenId> {
    @Override
    public int compareTo(TokenId other) {
        int order = serial.compareTo(other.serial);
        if (order == 0) {
            order = manufacturer.compareTo(other.manufacturer);
        }
        return order == 0 ? model.compareTo(other.model) : order;
    }

    @Override
    public String toString() {
        return manufacturer + " " + model + " " + serial;
    }
}
