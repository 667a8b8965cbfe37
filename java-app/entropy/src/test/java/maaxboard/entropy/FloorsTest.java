// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The house's floors: a package imports only from floors below its own, and nobody imports a neighbour. */
class FloorsTest {
    private static final List<List<String>> FLOORS = List.of(
            List.of("cli"),
            List.of("daemon", "doctor"),
            List.of("source", "region"),
            List.of("pkcs11", "linux", "health", "assess"),
            List.of("memory"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("maaxboard.entropy");

    @Test
    void aPackageImportsOnlyFromFloorsBelowItsOwn() {
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            for (var room : FLOORS.get(floor)) {
                var forbidden = new ArrayList<String>();
                FLOORS.subList(0, floor + 1).forEach(forbidden::addAll);
                forbidden.remove(room);
                if (!forbidden.isEmpty()) {
                    noClasses().that().resideInAPackage(inside(room)).should().dependOnClassesThat()
                            .resideInAnyPackage(forbidden.stream().map(FloorsTest::inside).toArray(String[]::new))
                            .check(CLASSES);
                }
            }
        }
    }

    @Test
    void theRegionKnowsNeitherTokensNorHealthTests() {
        noClasses().that().resideInAPackage(inside("region")).should().dependOnClassesThat()
                .resideInAnyPackage(inside("pkcs11"), inside("health"), inside("assess"), inside("source"))
                .check(CLASSES);
    }

    @Test
    void onlyLinuxPkcs11AndMemoryTouchNativeMemory() {
        noClasses().that().resideOutsideOfPackages(inside("linux"), inside("pkcs11"), inside("memory")).should().dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..").check(CLASSES);
    }

    @Test
    void nothingIsReflective() {
        noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.reflect..").check(CLASSES);
    }

    private static String inside(String room) {
        return "maaxboard.entropy." + room + "..";
    }
}
