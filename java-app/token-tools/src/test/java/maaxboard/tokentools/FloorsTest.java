// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The floors of this module: commands over service over TLS over token over the binding. */
class FloorsTest {
    private static final List<String> FLOORS = List.of("cli", "service", "tls", "json", "token", "pkcs11");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("maaxboard.tokentools");

    @Test
    void aPackageImportsOnlyFromFloorsBelowItsOwn() {
        for (int floor = 1; floor < FLOORS.size(); floor++) {
            noClasses().that().resideInAPackage(inside(FLOORS.get(floor))).should().dependOnClassesThat()
                    .resideInAnyPackage(FLOORS.subList(0, floor).stream().map(FloorsTest::inside).toArray(String[]::new))
                    .allowEmptyShould(true).check(CLASSES);
        }
    }

    @Test
    void onlyTheBindingTouchesNativeMemory() {
        noClasses().that().resideOutsideOfPackages(inside("pkcs11")).should().dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..").check(CLASSES);
    }

    @Test
    void nothingIsReflective() {
        noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.reflect..").check(CLASSES);
    }

    private static String inside(String room) {
        return "maaxboard.tokentools." + room + "..";
    }
}
