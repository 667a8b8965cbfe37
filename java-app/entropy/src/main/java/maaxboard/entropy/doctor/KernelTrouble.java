// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the kernel's complaints about USB. A complaint is settled once its device has been found after all. */
final class KernelTrouble {
    private static final Pattern USB_LINE = Pattern.compile(
            "(usb [0-9]+-[0-9.]+|usb usb[0-9]+(?:-port[0-9]+)?|usb usb[0-9]+|hub [0-9.:-]+|(?:xhci|dwc3|ehci|ohci)[a-z_-]*(?: [^ ]+)?): (.*)");
    private static final Pattern COMPLAINT = Pattern.compile(
            "error -[0-9]+|unable to |not accepting address|over-?current|HC died|host controller not responding"
                    + "|can't set config|failed|Cannot enable|not responding|Timeout",
            Pattern.CASE_INSENSITIVE);

    private KernelTrouble() {
    }

    /** How many messages are about USB. */
    static long count(List<String> messages) {
        return messages.stream().filter(message -> USB_LINE.matcher(message).matches()).count();
    }

    /** The last unsettled complaint of each device or controller. */
    static List<String> unsettled(List<String> messages) {
        var complaints = new LinkedHashMap<String, String>();
        for (var message : messages) {
            var line = USB_LINE.matcher(message);
            if (!line.matches()) {
                continue;
            }
            if (line.group(2).startsWith("New USB device found")) {
                settle(complaints, line.group(1));
            } else if (COMPLAINT.matcher(line.group(2)).find()) {
                complaints.remove(line.group(1));
                complaints.put(line.group(1), message);
            }
        }
        return List.copyOf(complaints.values());
    }

    /** A device was found: what it, or the port it is in, complained of is over. */
    private static void settle(LinkedHashMap<String, String> complaints, String device) {
        complaints.remove(device);
        int dash = device.lastIndexOf('-');
        if (dash > 0 && device.startsWith("usb ")) {
            complaints.remove("usb usb" + device.substring("usb ".length(), dash) + "-port" + device.substring(dash + 1));
        }
    }
}
