// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** A call of Cryptoki came back with something other than CKR_OK. */
public final class Pkcs11Exception extends Exception {
    private static final long serialVersionUID = 1L;

    private final long returnValue;

    /** @param call the function and its arguments, such as {@code C_OpenSession(slot 0x1)} */
    public Pkcs11Exception(String call, long returnValue) {
        super(call + ": " + ReturnValue.text(returnValue));
        this.returnValue = returnValue;
    }

    /** The CK_RV, as in {@link ReturnValue}. */
    public long returnValue() {
        return returnValue;
    }
}
