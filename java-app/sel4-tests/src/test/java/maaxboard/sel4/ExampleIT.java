// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The example domain's logic on the host, and the whole example against the real headers where they are given. */
class ExampleIT {
    @TestFactory
    Stream<DynamicNode> theConsumerDomainTakesShowsAndSurvives() {
        return Stream.of("gcc", "clang", "gcc-san", "clang-san").map(variant -> {
            try {
                var program = Sel4Build.make("example_tests-" + variant);
                return dynamicContainer(variant, Sel4Build.run(20, List.of(program.toString(), "list")).output().lines()
                        .map(name -> dynamicTest(name, () -> {
                            var run = Sel4Build.run(120, List.of(program.toString(), name));
                            assertEquals(0, run.status(), run.output());
                        })));
            } catch (Exception e) {
                throw new AssertionError(variant, e);
            }
        });
    }

    /** Counts only where it runs: there is nothing to skip on a machine without an SDK. */
    @TestFactory
    Stream<DynamicNode> everyFileCompilesForAarch64AgainstMicrokitAndLibvmm() {
        var sdk = System.getenv("MICROKIT_SDK");
        var libvmm = System.getenv("LIBVMM");
        if (sdk == null || libvmm == null || sdk.isEmpty() || libvmm.isEmpty()) {
            System.out.println("MICROKIT_SDK and LIBVMM name no SDK and no libvmm: the example was not compiled against them");
            return Stream.empty();
        }
        return Stream.of("qemu_virt_aarch64", "maaxboard").map(board -> dynamicTest(board, () -> {
            var run = Sel4Build.run(200, List.of("make", "-s", "-C", Sel4Build.ROOT.resolve("sel4/example").toString(), "objects",
                    "BOARD=" + board, "MICROKIT_SDK=" + sdk, "LIBVMM=" + libvmm, "O=" + Path.of("target/example-" + board).toAbsolutePath()));
            assertEquals(0, run.status(), run.output());
        }));
    }
}
