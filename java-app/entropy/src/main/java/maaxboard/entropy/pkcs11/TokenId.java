// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** Tells tokens apart. Two slots with one identity are two views of one token: OpenPGP cards show as two. */
public record TokenId(String manufacturer, String model, String serial) implements Comparable<TokenId> {
    // Written out: what a record brings is put together anew at every start, and takes longer than the token's answer.

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenId id && serial.equals(id.serial) && manufacturer.equals(id.manufacturer)
                && model.equals(id.model);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * manufacturer.hashCode() + model.hashCode()) + serial.hashCode();
    }

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
