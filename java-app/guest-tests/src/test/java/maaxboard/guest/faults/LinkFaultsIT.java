// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.nio.file.Path;
import java.util.stream.Stream;
import maaxboard.guest.P11KitServer;
import maaxboard.guest.Project;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the service makes of a link to a token on another machine: p11-kit's server has OpenSC, it has p11-kit's client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LinkFaultsIT {
    private P11KitServer link;
    private HostRig rig;
    private FaultTable table;

    @BeforeAll
    void build(@TempDir Path folder) throws Exception {
        link = new P11KitServer(folder, HostRig.pcscdIn(folder));
        rig = HostRig.linked(folder, link);
        table = new FaultTable(rig);
    }

    @AfterAll
    void takeApart() throws Exception {
        if (table != null) {
            table.write(Project.top().resolve(FaultPage.table("link")));
        }
        if (rig != null) {
            rig.close();
        }
        if (link != null) {
            link.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> eachFaultEndsAsTheTableSays() {
        return FaultCase.of(link).stream().map(fault -> DynamicTest.dynamicTest(fault.name(), () -> table.run(fault)));
    }
}
