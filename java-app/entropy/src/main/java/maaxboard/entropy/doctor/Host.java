// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import maaxboard.entropy.linux.KernelLog;

/** Where the doctor looks. */
public interface Host {
    /** The machine this program runs on. */
    Host THIS = new Host() {
        @Override
        public Path root() {
            return Path.of("/");
        }

        @Override
        public List<String> kernelMessages() throws IOException {
            return KernelLog.messages();
        }
    };

    /** The folder that holds sys, proc, dev, run and usr. */
    Path root();

    /** The kernel's messages, oldest first. */
    List<String> kernelMessages() throws IOException;

    private Path at(String path) {
        return root().resolve(path);
    }

    default Path usbDevices() {
        return at("sys/bus/usb/devices");
    }

    default Path usbNodes() {
        return at("dev/bus/usb");
    }

    default Path processes() {
        return at("proc");
    }

    default Path readerDrivers() {
        return at("usr/lib/pcsc/drivers");
    }

    default Path pcscdSocket() {
        return at("run/pcscd/pcscd.comm");
    }

    default Path uioDevices() {
        return at("sys/class/uio");
    }

    default Path devices() {
        return at("dev");
    }
}
