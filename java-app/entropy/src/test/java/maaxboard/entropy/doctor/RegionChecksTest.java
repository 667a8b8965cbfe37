// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import maaxboard.entropy.linux.Uio;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The device, its maps and the header. */
class RegionChecksTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 1_000 * SECOND;
    private static final long DATA = 65_536;

    @TempDir
    private Path folder;

    private static RegionHeader header(boolean present, int version, int slots, State state, Reason reason, long heartbeat,
            int tail, int head) {
        return new RegionHeader(present, version, 320, slots, false, 7, state, reason, heartbeat, 4096, 0, 0, 0, 0, tail,
                false, true, head, false, 0, 1);
    }

    private static Check check(State state, Reason reason) {
        return check(header(true, 1, 128, state, reason, NOW - SECOND, 16, 0));
    }

    private static Check check(RegionHeader header) {
        return RegionChecks.header(header, false, DATA, NOW, 3 * SECOND);
    }

    private static void assertNotOk(Check check, String finding) {
        assertFalse(check.isOk(), check::toString);
        assertTrue(check.finding().contains(finding), check::toString);
        assertFalse(check.advice().isBlank());
    }

    private static void assertOk(Check check, String finding) {
        assertTrue(check.isOk(), check::toString);
        assertTrue(check.finding().contains(finding), check::toString);
    }

    private FixtureHost withUio() {
        return new FixtureHost(folder).file("sys/class/uio/uio3/name", "entropy\n")
                .file("sys/class/uio/uio3/maps/map0/name", "data\n")
                .file("sys/class/uio/uio3/maps/map0/addr", "0x0000000090000000\n")
                .file("sys/class/uio/uio3/maps/map0/size", "0x0000000000010000\n")
                .file("sys/class/uio/uio3/maps/map1/name", "control\n")
                .file("sys/class/uio/uio3/maps/map1/addr", "0x0000000090010000\n")
                .file("sys/class/uio/uio3/maps/map1/size", "0x0000000000001000\n");
    }

    @Test
    void theDeviceIsFoundByItsName() throws Exception {
        var host = withUio().file("dev/uio3", "");
        assertOk(RegionChecks.device("entropy", Uio.all(host.uioDevices()), host.devices()),
                "uio3: data 0x10000 at 0x90000000, control 0x1000 at 0x90010000");
        assertNotOk(RegionChecks.device("random", Uio.all(host.uioDevices()), host.devices()), "among entropy");
    }

    @Test
    void aDeviceWithoutNodeIsNotOk() throws Exception {
        var host = withUio();
        assertNotOk(RegionChecks.device("entropy", Uio.all(host.uioDevices()), host.devices()), "uio3 is not there");
    }

    @Test
    void aMachineWithoutUioIsToldWhatTheKernelNeeds() throws Exception {
        var host = new FixtureHost(folder);
        var check = RegionChecks.device("entropy", Uio.all(host.uioDevices()), host.devices());
        assertNotOk(check, "no UIO device");
        assertTrue(check.advice().contains("uio_pdrv_genirq.of_id=generic-uio"));
    }

    @Test
    void oneMapIsSaidToEnforceNothing() {
        assertOk(RegionChecks.maps(DATA, 4096, true), "nothing enforces");
        assertOk(RegionChecks.maps(DATA, 4096, false), "data 65536 bytes, control 4096 bytes");
    }

    @Test
    void aServingProducerIsOk() {
        assertOk(check(State.OK, Reason.NONE), "OK; 16 of 128 slots full, 4096 bytes published, consumer attached");
        assertOk(check(State.STARTUP, Reason.STARTING), "STARTUP, starting");
    }

    @Test
    void aProducerThatPublishesNothingOrLessIsNotOk() {
        assertNotOk(check(State.FAILED, Reason.RCT), "FAILED, rct: nothing is published");
        assertNotOk(check(State.WAITING, Reason.TOKEN_REMOVED), "token removed");
        assertNotOk(check(State.DEGRADED, Reason.TOKEN_REMOVED), "DEGRADED");
        assertNotOk(check(State.STOPPED, Reason.STOPPED_BY_SIGNAL), "STOPPED");
    }

    @Test
    void anUntouchedRegionIsNotOk() {
        assertNotOk(check(header(false, 0, 0, State.NONE, Reason.NONE, 0, 0, 0)), "no producer has been here");
    }

    @Test
    void anOldHeartbeatIsNotOk() {
        assertNotOk(check(header(true, 1, 128, State.OK, Reason.NONE, NOW - 9 * SECOND, 16, 0)), "9 s old");
        assertNotOk(check(header(true, 1, 128, State.OK, Reason.NONE, NOW + 9 * SECOND, 16, 0)), "another boot");
    }

    @Test
    void aHeaderOfAnotherVersionOrSizeIsNotOk() {
        assertNotOk(check(header(true, 2, 128, State.OK, Reason.NONE, NOW, 16, 0)), "ABI version 2");
        assertNotOk(check(header(true, 1, 256, State.OK, Reason.NONE, NOW, 16, 0)), "256 slots of 320 bytes do not fit");
        assertNotOk(check(header(true, 1, -1, State.OK, Reason.NONE, NOW, 16, 0)), "4294967295 slots");
        assertNotOk(RegionChecks.header(header(true, 1, 128, State.OK, Reason.NONE, NOW, 16, 0), true, DATA, NOW, SECOND),
                "two maps");
    }

    @Test
    void aHeadOutsideTheRingIsNotOk() {
        assertNotOk(check(header(true, 1, 128, State.OK, Reason.NONE, NOW, 16, 17)), "head lies outside");
    }
}
