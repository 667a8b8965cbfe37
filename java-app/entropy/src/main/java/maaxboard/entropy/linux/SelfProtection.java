// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

/** What the process asks of the kernel for itself. */
public final class SelfProtection {
    private SelfProtection() {
    }

    /** No core file of this process, and no other process of the same user may read its memory (prctl(2)). */
    public static void forbidCoreDumps() {
        Libc.prctl(Libc.PR_SET_DUMPABLE, 0);
    }

    /** Sets a variable for native libraries of this process: Java's own environment is a copy they do not see. */
    public static void setNativeEnvironment(String name, String value) throws LinuxException {
        Libc.setenv(name, value);
    }

    /** Bytes of the kernel's generator, getrandom(2). */
    public static byte[] kernelRandom(int length) throws LinuxException {
        var bytes = new byte[length];
        Libc.getrandom(bytes);
        return bytes;
    }
}
