// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

/** Is told of each call into the module. Buffers appear as their lengths only: no random byte, no PIN. */
@FunctionalInterface
public interface Trace {
    /**
     * A call has returned.
     *
     * @param call the function and its arguments, such as {@code C_GenerateRandom(session 0x1, 256 bytes)}
     * @param returnValue as in {@link ReturnValue}
     * @param nanos how long it took
     */
    void called(String call, long returnValue, long nanos);
}
