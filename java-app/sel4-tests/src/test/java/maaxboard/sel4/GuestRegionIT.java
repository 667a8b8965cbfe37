// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import maaxboard.guest.Guest;
import maaxboard.guest.Project;
import org.junit.jupiter.api.Test;

/** The C consumer on the host over the guest's memory, which the guest itself has mapped as device memory. */
class GuestRegionIT {
    private static final int BYTES = 1 << 20;

    @Test
    void whatTheGuestPublishesTheCConsumerReadsByteForByte() throws Exception {
        var folder = Path.of("target/guest-region").toAbsolutePath();
        Files.createDirectories(folder);
        var out = folder.resolve("consumed");
        var peer = Sel4Build.make("peer").toString();
        try (var guest = Guest.start(Project.images(), folder.resolve("console.log"))) {
            guest.awaitShell();
            guest.run("/etc/init.d/S*maaxboard-entropy stop");
            // The first bytes are for nobody: they leave a header that the consumer can attach to.
            var first = guest.run("head -c " + BYTES + " /dev/urandom >/tmp/bytes; head -c 512 /tmp/bytes | entropy publish");
            assertEquals(0, first.status(), first.output());
            var log = folder.resolve("drain.log");
            var drain = new ProcessBuilder(List.of(peer, "drain", guest.file("ram").toString(), "0x2000000", "0x10000", "0x2010000",
                    out.toString(), Integer.toString(BYTES))).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            try {
                guest.await("the C consumer to attach", () -> read(log).contains("attached") || !drain.isAlive());
                var sum = guest.run("sha256sum </tmp/bytes").output().substring(0, 64);
                var publish = guest.run("entropy publish /tmp/bytes");
                assertEquals(0, publish.status(), publish.output());
                assertTrue(drain.waitFor(60, TimeUnit.SECONDS), "everything arrives");
                assertEquals(0, drain.exitValue(), read(log));
                assertEquals(sum, HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(out))));
                System.out.print("guest (device memory) to C on the host: " + read(log).replace("attached\n", ""));
            } finally {
                drain.destroyForcibly().waitFor();
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return "";
        }
    }
}
