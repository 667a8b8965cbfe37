// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import maaxboard.entropy.linux.ProcessInfo;
import maaxboard.entropy.linux.UsbDevice;

/** The lowest floor: controllers, readers, and what the kernel says of them. */
final class UsbChecks {
    private UsbChecks() {
    }

    /** @param tokensSeen whether the module sees tokens: then a missing controller is no trouble, they are elsewhere */
    static Check controller(List<UsbDevice> devices, boolean tokensSeen) {
        var controllers = devices.stream().filter(UsbDevice::isRootHub)
                .map(hub -> hub.serial().isEmpty() ? hub.name() : hub.serial()).distinct().toList();
        if (!controllers.isEmpty()) {
            return Check.ok("usb-controller", Doctor.list(controllers));
        }
        return tokensSeen ? Check.ok("usb-controller", "none; the tokens are in readers that are not on USB")
                : Check.notOk("usb-controller", "none in sysfs", "the device tree must enable the controller (status ="
                        + " \"okay\"), the kernel needs its driver (XHCI, DWC3 and its PHY), the VMM must pass it through");
    }

    /** @param pcscd the daemon that must be able to open the reader's node, or null */
    static Check reader(List<UsbDevice> devices, boolean tokensSeen, Path nodes, ProcessInfo pcscd) {
        var readers = devices.stream().filter(UsbDevice::isSmartCardReader).toList();
        if (readers.isEmpty()) {
            if (tokensSeen) {
                return Check.ok("usb-reader", "none; the tokens are in readers that are not on USB");
            }
            var others = devices.stream().filter(device -> !device.isRootHub()).map(UsbChecks::name).toList();
            return Check.notOk("usb-reader", others.isEmpty() ? "no device is plugged in"
                    : "no smart card reader among " + Doctor.list(others), "plug the token in; another port or cable");
        }
        for (var reader : readers) {
            var node = reader.node(nodes);
            if (!Files.exists(node)) {
                return Check.notOk("usb-reader", name(reader) + ": " + node + " is not there",
                        "udev or devtmpfs must make the node; see that udevd runs");
            }
            if (pcscd != null && !mayUse(pcscd, node)) {
                return Check.notOk("usb-reader", name(reader) + ": pcscd (user ID " + pcscd.user() + ") may not open "
                        + node, "the udev rule 70-maaxboard-entropy.rules gives it to group pcscd; replug the token");
            }
        }
        return Check.ok("usb-reader", Doctor.list(readers.stream().map(UsbChecks::name).toList()));
    }

    private static boolean mayUse(ProcessInfo process, Path node) {
        try {
            return process.mayUse(node);
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(UsbDevice device) {
        return device.ids() + (device.description().isEmpty() ? "" : " " + device.description()) + " at " + device.name();
    }

    static Check kernel(List<String> messages) {
        var trouble = KernelTrouble.unsettled(messages);
        if (trouble.isEmpty()) {
            return Check.ok("kernel", "no complaint in " + KernelTrouble.count(messages) + " messages about USB");
        }
        return Check.notOk("kernel", "'" + trouble.getLast() + "'" + (trouble.size() == 1 ? ""
                : " and " + (trouble.size() - 1) + " more"), "replug the token; try another port, cable or power supply");
    }
}
