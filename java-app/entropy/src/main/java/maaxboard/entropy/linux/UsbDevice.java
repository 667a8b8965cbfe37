// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A USB device as sysfs describes it (Linux Documentation/ABI/stable/sysfs-bus-usb).
 *
 * @param name its place, such as {@code 1-1.2}; {@code usb1} for the root hub of a controller
 * @param serial serial number; of a root hub: the controller's place on its own bus
 * @param bus number of the bus
 * @param number number on the bus
 * @param interfaceClasses USB classes of its interfaces
 */
public record UsbDevice(String name, int vendor, int product, String description, String serial, int bus, int number,
        Set<Integer> interfaceClasses) {
    /** USB class of smart card readers (CCID). */
    private static final int SMART_CARD = 0x0b;

    /**
     * The devices there are, root hubs among them.
     *
     * @param sysfs the folder /sys/bus/usb/devices
     */
    public static List<UsbDevice> all(Path sysfs) throws IOException {
        if (!Files.isDirectory(sysfs)) {
            return List.of();
        }
        var found = new ArrayList<UsbDevice>();
        try (var entries = Files.list(sysfs)) {
            for (var entry : entries.sorted().toList()) {
                if (Files.exists(entry.resolve("idVendor"))) {
                    found.add(read(entry));
                }
            }
        }
        return found;
    }

    private static UsbDevice read(Path folder) throws IOException {
        var name = folder.getFileName().toString();
        var classes = new TreeSet<Integer>();
        try (var interfaces = Files.newDirectoryStream(folder, "*:*")) {
            for (var one : interfaces) {
                classes.add(number(one, "bInterfaceClass", 16));
            }
        }
        return new UsbDevice(name, number(folder, "idVendor", 16), number(folder, "idProduct", 16),
                (text(folder, "manufacturer") + " " + text(folder, "product")).strip(), text(folder, "serial"),
                number(folder, "busnum", 10), number(folder, "devnum", 10), classes);
    }

    private static String text(Path folder, String name) throws IOException {
        var file = folder.resolve(name);
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    /** The number in that file; -1 if there is none: a device may go while it is looked at. */
    private static int number(Path folder, String name, int radix) throws IOException {
        try {
            return Integer.parseInt(text(folder, name), radix);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Whether it stands for a controller. */
    public boolean isRootHub() {
        return name.startsWith("usb");
    }

    /** Whether it is a smart card reader, or a token with a reader in it. */
    public boolean isSmartCardReader() {
        return interfaceClasses.contains(SMART_CARD);
    }

    /** Vendor and product as lsusb writes them, such as {@code 20a0:4211}. */
    public String ids() {
        return "%04x:%04x".formatted(vendor, product);
    }

    /** Its node under a folder like /dev/bus/usb. */
    public Path node(Path devices) {
        return devices.resolve("%03d".formatted(bus)).resolve("%03d".formatted(number));
    }
}
