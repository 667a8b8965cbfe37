// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The kernel's messages, /dev/kmsg (Linux Documentation/ABI/testing/dev-kmsg). */
public final class KernelLog {
    private static final String DEVICE = "/dev/kmsg";
    /** More than the kernel puts into one record. */
    private static final int RECORD = 8192;

    private KernelLog() {
    }

    /**
     * The messages that are there now, oldest first, without their prefixes.
     *
     * @throws LinuxException if they may not be read (kernel.dmesg_restrict), or there is no such device
     */
    public static List<String> messages() throws LinuxException {
        int fd = Libc.open(DEVICE, Libc.O_RDONLY | Libc.O_NONBLOCK);
        try {
            var messages = new ArrayList<String>();
            var record = new byte[RECORD];
            while (true) {
                try {
                    int length = Libc.read(fd, record, DEVICE);
                    if (length == 0) {
                        return messages;
                    }
                    messages.add(message(new String(record, 0, length, StandardCharsets.UTF_8)));
                } catch (LinuxException e) {
                    if (e.busy()) {
                        return messages;
                    }
                    if (!e.overwritten()) {
                        throw e;
                    }
                }
            }
        } finally {
            Libc.close(fd);
        }
    }

    /** The text of a record {@code priority,sequence,time,flags;text}, whose other lines are a dictionary. */
    static String message(String record) {
        var first = record.lines().findFirst().orElse("");
        return first.substring(first.indexOf(';') + 1);
    }
}
