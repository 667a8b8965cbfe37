// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

/**
 * One thing the doctor has looked at.
 *
 * @param name what, such as {@code pcscd-socket}
 * @param finding what was found, one line
 * @param advice what to do; null if all is well
 */
public record Check(String name, String finding, String advice) {
    static Check ok(String name, String finding) {
        return new Check(name, finding, null);
    }

    static Check notOk(String name, String finding, String advice) {
        return new Check(name, finding, advice);
    }

    public boolean isOk() {
        return advice == null;
    }
}
