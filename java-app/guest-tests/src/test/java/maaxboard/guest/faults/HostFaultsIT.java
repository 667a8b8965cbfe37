// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import maaxboard.guest.Project;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The fault table on this host: pcscd, OpenSC and the service are real, the region lies in two files. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostFaultsIT {
    private HostRig rig;
    private FaultTable table;

    @BeforeAll
    void build(@TempDir Path folder) throws IOException {
        rig = new HostRig(folder);
        table = new FaultTable(rig);
    }

    @AfterAll
    void takeApart() throws IOException {
        if (table != null) {
            table.write(Project.top().resolve(FaultPage.table("host")));
        }
        if (rig != null) {
            rig.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> eachFaultEndsAsTheTableSays() {
        return FaultCase.all().stream().map(fault -> DynamicTest.dynamicTest(fault.name(), () -> table.run(fault)));
    }
}
