// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.ProcessInfo;
import maaxboard.entropy.linux.Uio;
import maaxboard.entropy.linux.UsbDevice;
import maaxboard.entropy.pkcs11.Trace;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.source.PinSource;
import maaxboard.entropy.source.Selection;

/**
 * Walks the way of a random byte from the USB controller to the region's header, and tells what is well and what is not.
 * Nothing is changed, but each chosen token is asked for 32 bytes, which are thrown away.
 */
public final class Doctor {
    /** A module that needs longer is said to hang. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** The producer promises a heartbeat a second. */
    private static final long HEARTBEAT_LIMIT = 3_000_000_000L;

    private final Host host;
    private final Plan plan;
    private final Consumer<Check> report;

    /**
     * What to look at.
     *
     * @param initArgs pReserved of C_Initialize, or null
     * @param pinSource for modules that want a login, or null
     * @param trace is told of every call into the modules; null: none
     * @param withTrial whether tokens are asked for bytes
     */
    public record Plan(List<Path> modules, String initArgs, Selection selection, PinSource pinSource, RegionSpec region,
            Trace trace, boolean withTrial) {
    }

    /** @param report is told of each check, from the bottom up */
    public Doctor(Host host, Plan plan, Consumer<Check> report) {
        this.host = host;
        this.plan = plan;
        this.report = report;
    }

    /** Looks at everything. */
    public void examine() throws InterruptedException {
        // The modules come first: they tell whether what lies below them is needed at all.
        var probes = new ArrayList<ModuleProbe>();
        for (var module : plan.modules) {
            probes.add(new ModuleProbe(module, plan.initArgs, plan.selection, plan.pinSource, plan.trace, plan.withTrial)
                    .run(PATIENCE));
        }
        if (probes.stream().anyMatch(ModuleProbe::usesPcsc)) {
            lowerFloors(probes.stream().anyMatch(probe -> probe.usesPcsc() && !probe.candidates().isEmpty()));
        } else {
            for (var name : List.of("usb-controller", "usb-reader", "kernel", "ccid-driver", "pcscd", "pcscd-socket")) {
                report.accept(Check.ok(name, "not needed: the module does not use PC/SC"));
            }
        }
        for (var probe : probes) {
            ModuleChecks.of(probe).forEach(report);
        }
        region();
    }

    private List<UsbDevice> usb() {
        try {
            return UsbDevice.all(host.usbDevices());
        } catch (IOException e) {
            return List.of();
        }
    }

    private void lowerFloors(boolean tokensSeen) {
        var devices = usb();
        var pcscd = pcscd();
        report.accept(UsbChecks.controller(devices, tokensSeen));
        report.accept(UsbChecks.reader(devices, tokensSeen, host.usbNodes(), pcscd.isEmpty() ? null : pcscd.getFirst()));
        report.accept(kernel());
        report.accept(driver(devices.stream().filter(UsbDevice::isSmartCardReader).toList(), tokensSeen));
        report.accept(PcscdChecks.process(pcscd));
        report.accept(socket());
    }

    private List<ProcessInfo> pcscd() {
        try {
            return ProcessInfo.named("pcscd", host.processes());
        } catch (IOException e) {
            return List.of();
        }
    }

    private Check kernel() {
        try {
            return UsbChecks.kernel(host.kernelMessages());
        } catch (LinuxException e) {
            return Check.ok("kernel", "not looked at: " + e.getMessage() + (e.notPermitted() ? "; root may" : ""));
        } catch (IOException e) {
            return Check.ok("kernel", "not looked at: " + e.getMessage());
        }
    }

    private Check driver(List<UsbDevice> readers, boolean tokensSeen) {
        try {
            return PcscdChecks.driver(DriverBundle.all(host.readerDrivers()), readers, tokensSeen, host.readerDrivers());
        } catch (IOException e) {
            return Check.notOk("ccid-driver", "cannot be read: " + e.getMessage(), "see the permissions of "
                    + host.readerDrivers());
        }
    }

    private Check socket() {
        var path = host.pcscdSocket();
        if (!Files.exists(path)) {
            return Check.notOk("pcscd-socket", path + " is not there", "start pcscd: /etc/init.d/S60pcscd start");
        }
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            return Check.ok("pcscd-socket", path + " answers");
        } catch (IOException e) {
            return Check.notOk("pcscd-socket", path + ": " + e.getMessage(),
                    "start pcscd anew: /etc/init.d/S60pcscd restart; it must be open to this user");
        }
    }

    private void region() {
        if (plan.region instanceof RegionSpec.Device(var name)) {
            try {
                report.accept(RegionChecks.device(name, Uio.all(host.uioDevices()), host.devices()));
            } catch (IOException | RuntimeException e) {
                report.accept(Check.notOk("region-device", "cannot be read: " + e.getMessage(),
                        "see " + host.uioDevices()));
            }
        } else {
            report.accept(Check.ok("region-device", "plain files: " + plan.region));
        }
        try (var region = Region.open(plan.region, Region.Role.OBSERVER)) {
            report.accept(RegionChecks.maps(region.data().size(), region.control().size(), region.oneMap()));
            report.accept(RegionChecks.header(RegionHeader.read(region), region.oneMap(), region.data().size(),
                    System.nanoTime(), HEARTBEAT_LIMIT));
        } catch (RegionException e) {
            report.accept(Check.notOk("region-maps", e.getMessage(), RegionChecks.advice(e)));
            report.accept(Check.notOk("region-header", "not looked at: the maps cannot be read",
                    "mend the maps first"));
        }
    }

    static String list(List<String> items) {
        return items.stream().collect(Collectors.joining(", "));
    }
}
