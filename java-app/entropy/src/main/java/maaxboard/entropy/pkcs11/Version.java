// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** A CK_VERSION; hardware and firmware versions count hundredths in {@code minor}. */
public record Version(int major, int minor) {
    @Override
    public String toString() {
        return major + "." + minor;
    }
}
