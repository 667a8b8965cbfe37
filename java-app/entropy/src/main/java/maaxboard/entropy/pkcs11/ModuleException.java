// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** A shared library is missing, cannot be loaded, or is no PKCS#11 module. */
public final class ModuleException extends Exception {
    private static final long serialVersionUID = 1L;

    ModuleException(String message) {
        super(message);
    }
}
