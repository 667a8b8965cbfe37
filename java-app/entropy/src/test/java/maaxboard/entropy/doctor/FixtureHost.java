// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A machine made of files: sys, proc, dev and usr under one folder. */
final class FixtureHost implements Host {
    private final Path root;
    private List<String> kernelMessages = List.of();

    FixtureHost(Path root) {
        this.root = root;
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public List<String> kernelMessages() {
        return kernelMessages;
    }

    FixtureHost says(String... messages) {
        kernelMessages = List.of(messages);
        return this;
    }

    FixtureHost file(String path, String text) {
        try {
            var file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void device(String name, String ids, String manufacturer, String product, int number) {
        var folder = "sys/bus/usb/devices/" + name + "/";
        file(folder + "idVendor", ids.substring(0, 4) + "\n");
        file(folder + "idProduct", ids.substring(5) + "\n");
        file(folder + "manufacturer", manufacturer + "\n");
        file(folder + "product", product + "\n");
        file(folder + "busnum", "1\n");
        file(folder + "devnum", number + "\n");
    }

    FixtureHost withController() {
        device("usb1", "1d6b:0002", "Linux 6.12.48 xhci-hcd", "xHCI Host Controller", 1);
        file("sys/bus/usb/devices/usb1/serial", "xhci-hcd.0.auto\n");
        file("sys/bus/usb/devices/usb1/1-0:1.0/bInterfaceClass", "09\n");
        return this;
    }

    FixtureHost withNitrokeyStart() {
        device("1-1", "20a0:4211", "Nitrokey", "Nitrokey Start", 2);
        file("sys/bus/usb/devices/1-1/serial", "FSIJ-1.2.19-43211234\n");
        file("sys/bus/usb/devices/1-1/1-1:1.0/bInterfaceClass", "0b\n");
        file("sys/bus/usb/devices/1-1/1-1:1.1/bInterfaceClass", "ff\n");
        return file("dev/bus/usb/001/002", "");
    }

    FixtureHost withStorageStick() {
        device("1-2", "abcd:1234", "General", "UDisk", 3);
        return file("sys/bus/usb/devices/1-2/1-2:1.0/bInterfaceClass", "08\n");
    }

    FixtureHost withPcscd(int user, String... arguments) {
        file("proc/812/comm", "pcscd\n");
        file("proc/812/cmdline", String.join("\0", arguments) + "\0");
        file("proc/812/status", "Name:\tpcscd\nUid:\t%d\t%d\t%d\t%d\nGid:\t%d\t%d\t%d\t%d\nGroups:\t\n"
                .formatted(user, user, user, user, user, user, user, user));
        file("proc/1/comm", "init\n");
        return this;
    }

    FixtureHost withDriver(String plist) {
        file("usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist", plist);
        return file("usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Linux/libccid.so", "");
    }

    FixtureHost mode(String path, String permissions) {
        try {
            Files.setPosixFilePermissions(root.resolve(path), PosixFilePermissions.fromString(permissions));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
