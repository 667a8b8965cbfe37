// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import maaxboard.entropy.linux.ProcessInfo;
import maaxboard.entropy.linux.UsbDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Controllers, readers, kernel messages, driver and pcscd, on machines made of files. */
class LowerFloorsTest {
    private static final String PLIST = """
            <plist version="1.0"><dict>
            <key>CFBundleExecutable</key> <string>libccid.so</string>
            <key>CFBundleName</key> <string>%s</string>
            <key>CFBundleShortVersionString</key> <string>1.6.2</string>
            <!-- <key>CFBundleExecutable</key><string>old.so</string> -->
            <key>ifdVendorID</key>
            <array> <string>0x08E6</string> <string>0x%s</string> </array>
            <key>ifdProductID</key>
            <array> <string>0x3437</string> <string>0x%s</string> </array>
            <key>ifdFriendlyName</key>
            <array> <string>GemPC</string> <string>a reader</string> </array>
            </dict></plist>
            """;
    private static final int NOBODY = 65534;

    @TempDir
    private Path folder;
    private FixtureHost host;

    @BeforeEach
    void aMachine() {
        host = new FixtureHost(folder);
    }

    private List<UsbDevice> devices() throws Exception {
        return UsbDevice.all(host.usbDevices());
    }

    private ProcessInfo pcscd() throws Exception {
        var found = ProcessInfo.named("pcscd", host.processes());
        return found.isEmpty() ? null : found.getFirst();
    }

    private List<DriverBundle> bundles() throws Exception {
        return DriverBundle.all(host.readerDrivers());
    }

    private static void assertNotOk(Check check, String finding, String advice) {
        assertFalse(check.isOk(), check::toString);
        assertTrue(check.finding().contains(finding), check::toString);
        assertTrue(check.advice().contains(advice), check::toString);
        assertEquals(1, check.finding().lines().count());
    }

    private static void assertOk(Check check, String finding) {
        assertTrue(check.isOk(), check::toString);
        assertTrue(check.finding().contains(finding), check::toString);
    }

    @Test
    void aMachineWithoutUsbIsToldWhatEnablesIt() throws Exception {
        assertNotOk(UsbChecks.controller(devices(), false), "none in sysfs", "device tree");
    }

    @Test
    void tokensThatAreNotOnUsbNeedNoController() throws Exception {
        assertOk(UsbChecks.controller(devices(), true), "not on USB");
        assertOk(UsbChecks.reader(devices(), true, host.usbNodes(), null), "not on USB");
        assertOk(PcscdChecks.driver(bundles(), List.of(), true, host.readerDrivers()), "not on USB");
    }

    @Test
    void theControllerIsNamedByItsPlace() throws Exception {
        host.withController();
        assertOk(UsbChecks.controller(devices(), false), "xhci-hcd.0.auto");
    }

    @Test
    void anEmptyBusIsToldToPlugTheTokenIn() throws Exception {
        host.withController();
        assertNotOk(UsbChecks.reader(devices(), false, host.usbNodes(), null), "no device is plugged in", "plug");
    }

    @Test
    void aDeviceThatIsNoReaderIsNamed() throws Exception {
        host.withController().withStorageStick();
        assertNotOk(UsbChecks.reader(devices(), false, host.usbNodes(), null), "abcd:1234 General UDisk at 1-2", "plug");
    }

    @Test
    void theTokenIsFoundByItsInterfaceClass() throws Exception {
        host.withController().withStorageStick().withNitrokeyStart();
        assertOk(UsbChecks.reader(devices(), false, host.usbNodes(), null), "20a0:4211 Nitrokey Nitrokey Start at 1-1");
        assertEquals(Set.of(0x0b, 0xff), devices().stream().filter(UsbDevice::isSmartCardReader).findFirst().orElseThrow()
                .interfaceClasses());
    }

    @Test
    void aMissingDeviceNodeIsUdevsBusiness() throws Exception {
        host.withController().withNitrokeyStart();
        Files.delete(folder.resolve("dev/bus/usb/001/002"));
        assertNotOk(UsbChecks.reader(devices(), false, host.usbNodes(), null), "001/002 is not there", "udev");
    }

    @Test
    void aNodeThatPcscdMayNotOpenIsNamed() throws Exception {
        host.withController().withNitrokeyStart().withPcscd(NOBODY, "/usr/sbin/pcscd", "--foreground")
                .mode("dev/bus/usb/001/002", "rw-r--r--");
        assertNotOk(UsbChecks.reader(devices(), false, host.usbNodes(), pcscd()), "pcscd (user ID 65534) may not open",
                "udev rule");
        host.mode("dev/bus/usb/001/002", "rw-rw-rw-");
        assertOk(UsbChecks.reader(devices(), false, host.usbNodes(), pcscd()), "20a0:4211");
        host.withPcscd(0, "pcscd").mode("dev/bus/usb/001/002", "---------");
        assertOk(UsbChecks.reader(devices(), false, host.usbNodes(), pcscd()), "20a0:4211");
    }

    @Test
    void kernelMessagesWithoutComplaintAreCounted() {
        assertOk(UsbChecks.kernel(List.of("usb 1-1: new full-speed USB device number 2 using xhci_hcd",
                "usb 1-1: New USB device found, idVendor=20a0, idProduct=4211, bcdDevice= 2.00",
                "random: crng init done")), "no complaint in 2 messages");
    }

    @Test
    void theKernelsLastComplaintIsShown() {
        assertNotOk(UsbChecks.kernel(List.of("usb 1-1: device descriptor read/64, error -71",
                "usb 1-1: device not accepting address 4, error -71", "usb usb1-port1: unable to enumerate USB device",
                "EXT4-fs error -71")), "'usb usb1-port1: unable to enumerate USB device' and 1 more", "another port");
        assertNotOk(UsbChecks.kernel(List.of("xhci-hcd xhci-hcd.0.auto: HC died; cleaning up")), "HC died", "replug");
    }

    @Test
    void aComplaintIsSettledOnceTheDeviceIsFound() {
        assertOk(UsbChecks.kernel(List.of("usb 1-1: device descriptor read/64, error -71",
                "usb usb1-port1: unable to enumerate USB device",
                "usb 1-1: New USB device found, idVendor=20a0, idProduct=4211, bcdDevice= 2.00")), "no complaint");
    }

    @Test
    void aMissingDriverIsNamedWithItsPackage() throws Exception {
        host.withController().withNitrokeyStart();
        var readers = devices().stream().filter(UsbDevice::isSmartCardReader).toList();
        assertNotOk(PcscdChecks.driver(bundles(), readers, false, host.readerDrivers()), "no driver bundle", "libccid");
    }

    @Test
    void aDriverServesTheReadersItListsAndNoOtherOfTheirClass() throws Exception {
        host.withController().withNitrokeyStart().withDriver(PLIST.formatted("OTHER", "20A0", "4211"));
        var readers = devices().stream().filter(UsbDevice::isSmartCardReader).toList();
        assertOk(PcscdChecks.driver(bundles(), readers, false, host.readerDrivers()), "ifd-ccid.bundle 1.6.2");
        host.withDriver(PLIST.formatted("OTHER", "20A0", "4108"));
        assertNotOk(PcscdChecks.driver(bundles(), readers, false, host.readerDrivers()), "lists reader 20a0:4211", "newer");
        host.withDriver(PLIST.formatted("CCIDCLASSDRIVER", "20A0", "4108"));
        assertNotOk(PcscdChecks.driver(bundles(), readers, false, host.readerDrivers()), "lists reader 20a0:4211", "add-readers");
        host.withDriver(PLIST.formatted("CCIDCLASSDRIVER", "20A0", "4211"));
        assertOk(PcscdChecks.driver(bundles(), readers, false, host.readerDrivers()), "ifd-ccid.bundle");
    }

    @Test
    void theReadersOfTheToolboxAreAddedToTheRealDriversListOnceAndABadLineChangesNothing() throws Exception {
        var top = Path.of("../..").toAbsolutePath().normalize();
        var plist = folder.resolve("Info.plist");
        Files.copy(Path.of("/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist"), plist);
        var before = DriverBundle.parse(folder, Files.readString(plist)).readers();
        var configuration = Files.writeString(folder.resolve("readers"),
                Files.readString(top.resolve("board/maaxboard/ccid-readers")) + "1209:5AfE A reader (of nobody)  # none\n");
        assertEquals(0, addReaders(top, configuration, plist));
        var added = Files.readString(plist);
        var bundle = DriverBundle.parse(folder, added);
        assertTrue(bundle.even() && bundle.readers().containsAll(before), added);
        assertTrue(bundle.readers().containsAll(List.of("1209:5afe", "072f:2303", "349e:0026")), added);
        assertTrue(added.contains("<string>A reader (of nobody)</string>"), added);
        assertEquals(0, addReaders(top, configuration, plist));
        assertEquals(added, Files.readString(plist), "the second time");
        for (var bad : List.of("1209:5aff", "1209:5afg Reader", "1209:005aff Reader", "1209:5aff A<B")) {
            Files.writeString(configuration, "1209:5afd Good\n" + bad + "\n");
            assertEquals(65, addReaders(top, configuration, plist), bad);
            assertEquals(added, Files.readString(plist), bad);
        }
    }

    private int addReaders(Path top, Path configuration, Path plist) throws Exception {
        return new ProcessBuilder(top.resolve("package/maaxboard-entropy/add-readers").toString(), configuration.toString(),
                plist.toString()).redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start().waitFor();
    }

    @Test
    void listsOfDifferentLengthAreNoDriver() throws Exception {
        host.withController().withNitrokeyStart()
                .withDriver(PLIST.formatted("OTHER", "20A0", "4211").replace("<string>a reader</string>", ""));
        assertNotOk(PcscdChecks.driver(bundles(), List.of(), false, host.readerDrivers()), "of different number", "mend");
    }

    @Test
    void aDriverWithoutItsLibraryIsNotOk() throws Exception {
        host.withDriver(PLIST.formatted("CCIDCLASSDRIVER", "20A0", "4211"));
        Files.delete(folder.resolve("usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Linux/libccid.so"));
        assertNotOk(PcscdChecks.driver(bundles(), List.of(), false, host.readerDrivers()), "libccid.so is not there",
                "install");
    }

    @Test
    void aDescriptionWithoutLibraryIsNoDriver() throws Exception {
        host.withDriver("<plist/>");
        assertEquals(List.of(), bundles());
    }

    @Test
    void pcscdIsFoundAmongTheProcesses() throws Exception {
        host.file("proc/1/comm", "init\n");
        assertNotOk(PcscdChecks.process(ProcessInfo.named("pcscd", host.processes())), "does not run", "S60pcscd start");
        host.withPcscd(NOBODY, "/usr/sbin/pcscd", "--foreground", "--disable-polkit");
        assertNotNull(pcscd());
        assertOk(PcscdChecks.process(List.of(pcscd())), "process 812, user ID 65534");
    }

    @Test
    void aPcscdThatHasEndedIsNotCounted() throws Exception {
        host.withPcscd(0, "/usr/sbin/pcscd").file("proc/812/status", "Name:\tpcscd\nState:\tZ (zombie)\n");
        assertEquals(List.of(), ProcessInfo.named("pcscd", host.processes()));
    }

    @Test
    void aPcscdThatLogsTheRandomBytesIsNotOk() throws Exception {
        host.withPcscd(0, "/usr/sbin/pcscd", "--foreground", "--apdu");
        assertNotOk(PcscdChecks.process(List.of(pcscd())), "logs the random bytes", "PCSCD_ARGS");
    }
}
