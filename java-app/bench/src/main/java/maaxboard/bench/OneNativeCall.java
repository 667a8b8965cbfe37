// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** Calls getpid, as JDK's documentation shows: what a JVM takes for its first native call. */
final class OneNativeCall {
    private OneNativeCall() {
    }

    public static void main(String[] args) throws Throwable {
        var linker = Linker.nativeLinker();
        var getpid = linker.downcallHandle(linker.defaultLookup().findOrThrow("getpid"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
        if ((int) getpid.invokeExact() <= 0) {
            System.exit(1);
        }
    }
}
