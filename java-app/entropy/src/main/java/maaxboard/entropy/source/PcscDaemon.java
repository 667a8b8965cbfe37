// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.UnixSocket;

/** Tells a dead pcscd from a lost token: modules report both as CKR_GENERAL_ERROR. */
final class PcscDaemon {
    /** Where libpcsclite looks, unless the environment names another place. */
    private static final String SOCKET = "/run/pcscd/pcscd.comm";

    private PcscDaemon() {
    }

    private static Path socket() {
        return Path.of(System.getenv().getOrDefault("PCSCLITE_CSOCK_NAME", SOCKET));
    }

    /** What tells one pcscd from the next: its socket, which each makes anew. Empty if there is none. */
    static String instance() {
        try {
            var attributes = Files.readAttributes(socket(), BasicFileAttributes.class);
            return attributes.fileKey() + " " + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        } catch (IOException e) {
            return "";
        }
    }

    /** Whether somebody listens on pcscd's socket. */
    static boolean answers() {
        try {
            UnixSocket.connect(socket()).close();
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }
}
