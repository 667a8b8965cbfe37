// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** sel4/include/entropy_region.h: its own tests, built four ways, and its offsets against the Java ones. */
class RegionHeaderIT {
    @TestFactory
    Stream<DynamicNode> theHeaderHoldsItsContractHoweverItIsCompiled() throws Exception {
        return Stream.of("gcc", "clang", "gcc-san", "clang-san").map(variant -> {
            try {
                var program = Sel4Build.make("region_tests-" + variant);
                var names = Sel4Build.run(20, List.of(program.toString(), "list")).output().lines().toList();
                assertTrue(names.size() > 10, "tests listed: " + names);
                return dynamicContainer(variant, names.stream().map(name -> dynamicTest(name, () -> runs(program, name))));
            } catch (Exception e) {
                throw new AssertionError(variant, e);
            }
        });
    }

    private static void runs(Path program, String name) throws Exception {
        var run = Sel4Build.run(150, List.of(program.toString(), name));
        assertEquals(0, run.status(), run.output());
        run.output().lines().filter(line -> !line.startsWith("ok "))
                .forEach(line -> System.out.println(program.getFileName() + " " + name + ": " + line));
    }

    @ParameterizedTest
    @CsvSource({"gcc, O0", "gcc, O2", "gcc, O3", "clang, O0", "clang, O2", "clang, O3"})
    void compiledFreestandingForAarch64NothingStaysUndefined(String compiler, String level) throws Exception {
        Sel4Build.make("freestanding-" + compiler + "-" + level + ".o");
    }

    @Test
    void everyOffsetAndConstantIsTheSameInJavaAndInC() throws Exception {
        Map<String, Integer> c = new HashMap<>();
        Sel4Build.run(20, List.of(Sel4Build.make("offsets").toString())).output().lines()
                .map(line -> line.split(" ")).forEach(pair -> c.put(pair[0], Integer.parseInt(pair[1])));
        Map<String, Integer> java = new HashMap<>();
        for (var field : RegionLayout.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                java.put(field.getName(), field.getInt(null));
            }
        }
        assertEquals(new java.util.TreeMap<>(c), new java.util.TreeMap<>(java));
    }

    @Test
    void statesAndReasonsHaveTheSameNumbersInJavaAndInC() throws Exception {
        var header = java.nio.file.Files.readString(Sel4Build.ROOT.resolve("sel4/include/entropy_region.h"));
        assertEquals(Arrays.stream(State.values()).map(s -> s.ordinal() + " " + s.name()).toList(),
                numbers(header, "ENTROPY_STATE_").map(n -> n.value + " " + n.name).toList());
        // The names differ where C has no room for the enum's prefix-free ones; the numbers and their count do not.
        assertEquals(Arrays.stream(Reason.values()).map(Reason::ordinal).toList(),
                numbers(header, "ENTROPY_REASON_").map(n -> n.value).toList());
    }

    private record Number(String name, int value) {
    }

    private static Stream<Number> numbers(String header, String prefix) {
        return java.util.regex.Pattern.compile("\\b" + prefix + "(\\w+) = (\\d+)").matcher(header).results()
                .map(m -> new Number(m.group(1), Integer.parseInt(m.group(2))));
    }
}
