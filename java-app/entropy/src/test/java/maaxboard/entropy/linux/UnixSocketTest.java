// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir
    private Path folder;

    @Test
    void whatAClientWritesArrivesAndIsAnswered() throws Exception {
        var path = folder.resolve("s");
        try (var server = UnixSocket.listen(path); var thread = Executors.newSingleThreadExecutor()) {
            var served = thread.submit(() -> {
                try (var client = server.accept()) {
                    var line = new byte[10];
                    int got = client.read(line);
                    assertEquals(0, client.read(new byte[1]), "the end of what the client sends");
                    client.write(("got " + new String(line, 0, got, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
                    return null;
                }
            });
            try (var client = UnixSocket.connect(path)) {
                client.write("hello".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();
                var answer = new byte[20];
                assertEquals(9, client.read(answer));
                assertEquals("got hello", new String(answer, 0, 9, StandardCharsets.UTF_8));
            }
            served.get();
        }
    }

    @Test
    void itsFileIsTheOwnersAlone() throws Exception {
        try (var server = UnixSocket.listen(folder.resolve("s"))) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("s"))));
            assertFalse(server.isShut());
        }
    }

    @Test
    void shuttingItDownEndsAWaitForClients() throws Exception {
        try (var server = UnixSocket.listen(folder.resolve("s")); var thread = Executors.newSingleThreadExecutor()) {
            var waits = thread.submit(() -> assertThrows(LinuxException.class, server::accept));
            server.shutdown();
            waits.get();
            assertTrue(server.isShut());
        }
    }

    @Test
    void aPathWithNobodyBehindItOrTooLongIsSaid() throws Exception {
        assertTrue(assertThrows(LinuxException.class, () -> UnixSocket.connect(folder.resolve("s"))).notFound());
        var left = folder.resolve("left");
        UnixSocket.listen(left).close();
        assertTrue(assertThrows(LinuxException.class, () -> UnixSocket.connect(left)).getMessage().contains("refused"));
        var message = assertThrows(LinuxException.class, () -> UnixSocket.listen(folder.resolve("x".repeat(120)))).getMessage();
        assertTrue(message.contains("too long"), message);
    }

    @Test
    void aPrivateFileIsNewAndItsOwnersAlone() throws Exception {
        var path = folder.resolve("f");
        try (var file = PrivateFile.create(path)) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            file.write(new byte[] {9, 1, 2, 3, 9}, 1, 3);
            file.write(4);
        }
        assertArrayEquals(new byte[] {1, 2, 3, 4}, Files.readAllBytes(path));
        assertThrows(LinuxException.class, () -> PrivateFile.create(path), "it is there already");
    }
}
