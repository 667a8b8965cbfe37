// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.source.Selection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole walk, without a module that works. */
class DoctorTest {
    private static final List<String> BOTTOM_UP = List.of("usb-controller", "usb-reader", "kernel", "ccid-driver", "pcscd",
            "pcscd-socket", "module", "slots", "tokens", "rng-flag", "trial", "region-device", "region-maps",
            "region-header");

    @TempDir
    private Path folder;

    private List<Check> examine(Host host, Path module, RegionSpec region) throws Exception {
        var checks = new ArrayList<Check>();
        new Doctor(host, new Doctor.Plan(List.of(module), null, Selection.ANY, null, region, null, true), checks::add)
                .examine();
        return checks;
    }

    private static List<String> notOk(List<Check> checks) {
        return checks.stream().filter(check -> !check.isOk()).map(Check::name).toList();
    }

    @Test
    void everyCheckIsMadeFromTheBottomUpWhateverFails() throws Exception {
        var checks = examine(new FixtureHost(folder), folder.resolve("none.so"), RegionSpec.parse(folder + "/none"));
        assertEquals(BOTTOM_UP, checks.stream().map(Check::name).toList());
        assertEquals(BOTTOM_UP.stream().filter(name -> !List.of("kernel", "region-device").contains(name)).toList(),
                notOk(checks));
        checks.forEach(check -> assertEquals(1, (check.finding() + check.advice()).lines().count(), check::toString));
    }

    @Test
    void whatIsWellBelowIsOkThoughTheModuleIsNot() throws Exception {
        var host = new FixtureHost(folder).withController().withNitrokeyStart().withPcscd(0, "/usr/sbin/pcscd")
                .withDriver("<key>CFBundleExecutable</key><string>libccid.so</string>"
                        + "<key>ifdVendorID</key><array><string>0x20A0</string></array>"
                        + "<key>ifdProductID</key><array><string>0x4211</string></array>"
                        + "<key>ifdFriendlyName</key><array><string>Nitrokey Start</string></array>")
                .says("usb 1-1: New USB device found, idVendor=20a0, idProduct=4211, bcdDevice= 2.00");
        var module = Files.writeString(folder.resolve("module.so"), "no library");
        var checks = examine(host, module, RegionSpec.parse("uio:entropy"));
        assertEquals(List.of("pcscd-socket", "module", "slots", "tokens", "rng-flag", "trial", "region-device",
                "region-maps", "region-header"), notOk(checks));
        assertTrue(checks.get(6).finding().contains("cannot be loaded"), () -> checks.get(6).toString());
    }

    @Test
    void theRegionIsNotChanged() throws Exception {
        var region = Files.write(folder.resolve("region"), new byte[3 * 4096]);
        examine(new FixtureHost(folder), folder.resolve("none.so"), RegionSpec.parse(region.toString()));
        assertArrayEquals(new byte[3 * 4096], Files.readAllBytes(region));
    }
}
