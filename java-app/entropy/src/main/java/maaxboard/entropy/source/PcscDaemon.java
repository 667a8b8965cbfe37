// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/** Tells a dead pcscd from a lost token: modules report both as CKR_GENERAL_ERROR. */
final class PcscDaemon {
    /** Where libpcsclite looks, unless the environment names another place. */
    private static final String SOCKET = "/run/pcscd/pcscd.comm";

    private PcscDaemon() {
    }

    /** Whether somebody listens on pcscd's socket. */
    static boolean answers() {
        var path = System.getenv().getOrDefault("PCSCLITE_CSOCK_NAME", SOCKET);
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
