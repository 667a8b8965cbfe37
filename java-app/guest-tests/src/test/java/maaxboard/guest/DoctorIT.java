// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** {@code entropy doctor} in a guest, beside the service, with the token in and out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorIT {
    private Bench bench;

    @BeforeAll
    void boot() {
        bench = new Bench("doctor", "43211234");
        bench.consumer.awaitState(State.OK);
    }

    @AfterAll
    void switchOff() {
        if (bench != null) {
            bench.close();
        }
    }

    private static List<String> notOk(Guest.Result report) {
        return report.output().lines().filter(line -> line.startsWith("not ok ")).map(line -> line.split("\\s+")[2]).toList();
    }

    @Test
    @Order(1)
    void allIsOkWhileTheServiceServes() {
        var report = bench.guest.run("entropy doctor");
        System.out.println(report.output());
        assertEquals(List.of(), notOk(report), report.output());
        assertEquals(0, report.status(), report.output());
        assertEquals(14, report.output().lines().filter(line -> line.startsWith("ok ")).count(), report.output());
        assertTrue(report.output().contains("20a0:4211"), report.output());
        assertTrue(report.output().contains("43211234"), report.output());
    }

    @Test
    @Order(2)
    void theTokenIsAssessedWithTheMemoryThatIsFree() {
        var report = bench.guest.run("entropy assess --token");
        System.out.println(report.output());
        assertEquals(0, report.status(), report.output());
        var matcher = Pattern.compile("token: (\\d+) samples of 8 bits").matcher(report.output());
        assertTrue(matcher.find() && Integer.parseInt(matcher.group(1)) > 60_000, report.output());
        report = bench.guest.run("entropy assess --token --bytes 60000000");
        assertEquals(64, report.status(), report.output());
        assertTrue(report.output().contains("too many samples"), report.output());
        assertEquals(1, report.output().strip().lines().count(), report.output());
    }

    @Test
    @Order(3)
    void aTokenThatIsOutIsMissedFromTheBottomUp() {
        bench.token().tell("unplug");
        bench.consumer.awaitState(State.WAITING);
        var report = bench.guest.run("entropy doctor");
        System.out.println(report.output());
        assertEquals(69, report.status(), report.output());
        assertEquals(List.of("usb-reader", "slots", "tokens", "rng-flag", "trial", "region-header"), notOk(report),
                report.output());
    }

    @Test
    @Order(4)
    void aStoppedPcscdIsNamed() {
        bench.ask("/etc/init.d/S60pcscd stop");
        var report = bench.guest.run("entropy doctor");
        assertEquals(69, report.status(), report.output());
        assertTrue(notOk(report).containsAll(List.of("pcscd", "pcscd-socket")), report.output());
        bench.ask("/etc/init.d/S60pcscd start");
        bench.token().tell("plug");
        bench.consumer.awaitState(State.OK);
        assertEquals(0, bench.guest.run("entropy doctor").status());
    }

    @Test
    @Order(5)
    void bothServicesStartOnAReadOnlyRoot() {
        bench.ask("mount -o remount,ro /");
        assertEquals(1, bench.guest.run("touch /etc/written").status());
        var before = bench.consumer.header().generation();
        bench.ask("/etc/init.d/S60pcscd restart && /etc/init.d/S70maaxboard-entropy restart");
        bench.guest.await("another generation", () -> bench.consumer.header().generation() != before);
        bench.consumer.awaitState(State.OK);
        bench.mustFollow(bench.consumer.take(200));
        assertEquals(0, bench.guest.run("entropy doctor").status());
    }
}
