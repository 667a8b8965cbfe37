// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.util.stream.Stream;
import maaxboard.guest.Project;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The fault table in one booted guest: USB, kernel, pcscd, init scripts and UIO are real. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuestFaultsIT {
    private GuestRig rig;
    private FaultTable table;

    @BeforeAll
    void boot() {
        rig = new GuestRig();
        table = new FaultTable(rig);
    }

    @AfterAll
    void switchOff() throws IOException {
        if (table != null) {
            table.write(Project.top().resolve(FaultPage.table("guest")));
        }
        if (rig != null) {
            rig.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> eachFaultEndsAsTheTableSays() {
        return Stream.concat(FaultCase.all().stream(), FaultCase.ownClock().stream())
                .map(fault -> DynamicTest.dynamicTest(fault.name(), () -> table.run(fault)));
    }
}
