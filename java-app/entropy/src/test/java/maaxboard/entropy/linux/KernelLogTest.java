// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Records of /dev/kmsg. */
class KernelLogTest {
    @Test
    void aMessageLosesItsPrefixAndItsDictionary() {
        assertEquals("usb 1-1: Product: Nitrokey; Start",
                KernelLog.message("6,339,5140900,-;usb 1-1: Product: Nitrokey; Start\n SUBSYSTEM=usb\n DEVICE=c189:1\n"));
        assertEquals("", KernelLog.message(""));
    }
}
