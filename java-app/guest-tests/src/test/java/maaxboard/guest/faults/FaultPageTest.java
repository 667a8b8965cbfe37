// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.stream.Stream;
import maaxboard.guest.Project;
import org.junit.jupiter.api.Test;

class FaultPageTest {
    @Test
    void theWordsAroundTheTableAreThoseOfTheGenerator() throws Exception {
        String page = Files.readString(Project.top().resolve(FaultPage.PAGE));
        assertTrue(page.startsWith(FaultPage.HEAD));
        assertTrue(page.endsWith(FaultPage.TAIL));
    }

    @Test
    void thePageHasEveryCaseWithItsExpectation() throws Exception {
        String page = Files.readString(Project.top().resolve(FaultPage.PAGE));
        for (FaultCase fault : Stream.concat(FaultCase.all().stream(), FaultCase.of(null).stream()).toList()) {
            assertTrue(page.contains("| " + fault.name() + " | " + fault.kind().expectation() + " |"), fault.name());
        }
    }
}
