// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import maaxboard.virtualtoken.HostPcscd;
import maaxboard.virtualtoken.VirtualToken;
import maaxboard.virtualtoken.transport.VpcdTransport;

/**
 * What stands for another machine beside a guest: a virtual token behind this host's OpenSC and p11-kit's server, and a
 * TPM in software. The guest finds them at the ends of its virtio-serial ports far0, far1 and tpm.
 */
final class FarMachine implements AutoCloseable {
    private static final String SERIAL = "4321fa12";

    private final Path folder;
    private final HostPcscd pcscd;
    private final VirtualToken token;
    private final Process tpm;
    private final P11KitServer server;

    FarMachine(Path folder) throws IOException {
        this.folder = folder;
        pcscd = HostPcscd.start(Files.createDirectory(folder.resolve("pcscd")), 1);
        token = VirtualToken.on(new VpcdTransport(new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(0))))
                .serial(SERIAL).hashes(folder.resolve("hashes")).start();
        for (int tries = 0; token.status().powerOns() == 0 && tries < 3000; tries++) {
            Guest.pause(Duration.ofMillis(20));
        }
        tpm = new ProcessBuilder("swtpm", "socket", "--tpm2", "--tpmstate",
                "dir=" + Files.createDirectory(folder.resolve("state")), "--server", "type=unixio,path=" + folder.resolve("tpm"),
                "--ctrl", "type=unixio,path=" + folder.resolve("tpm.control"), "--flags", "not-need-init,startup-clear")
                .redirectErrorStream(true).redirectOutput(folder.resolve("tpm.log").toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(tpm::destroy));
        for (int tries = 0; !Files.exists(folder.resolve("tpm")); tries++) {
            if (!tpm.isAlive() || tries > 3000) {
                throw new GuestException("swtpm: " + Files.readString(folder.resolve("tpm.log")));
            }
            Guest.pause(Duration.ofMillis(20));
        }
        server = new P11KitServer(folder, pcscd.environment());
    }

    /** The link, to break and to mend. */
    P11KitServer server() {
        return server;
    }

    /** The SHA-256 hashes of the token's answers so far, in order. */
    List<String> hashes() {
        try {
            return Files.readAllLines(folder.resolve("hashes"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String[] qemuOptions() {
        var options = new ArrayList<>(List.of("-device", "virtio-serial-pci,id=ports"));
        for (var port : List.of("far0 far", "far1 far", "tpm tpm")) {
            var words = port.split(" ");
            options.addAll(List.of("-chardev", "socket,id=" + words[0] + ",path=" + folder.resolve(words[1]) + ",reconnect-ms=200",
                    "-device", "virtserialport,bus=ports.0,chardev=" + words[0] + ",name=" + words[0]));
        }
        return options.toArray(String[]::new);
    }

    @Override
    public void close() {
        server.close();
        tpm.destroy();
        tpm.onExit().join();
        token.close();
        pcscd.close();
    }
}
