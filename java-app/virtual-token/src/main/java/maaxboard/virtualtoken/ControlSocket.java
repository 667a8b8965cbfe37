// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The Unix socket by which a running token is told what to do: a line in, a line out. */
final class ControlSocket implements AutoCloseable {
    private final Path path;
    private final VirtualToken token;
    private final Runnable quit;
    private final ServerSocketChannel server;

    /** Listens; a socket file that nobody serves any more is replaced. */
    ControlSocket(Path path, VirtualToken token, Runnable quit) throws IOException {
        this.path = path;
        this.token = token;
        this.quit = quit;
        var address = UnixDomainSocketAddress.of(path);
        if (Files.exists(path) && !answers(address)) {
            Files.delete(path);
        }
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(address);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Thread.ofPlatform().daemon().name("control").start(this::accept);
    }

    private static boolean answers(UnixDomainSocketAddress address) {
        try (var probe = SocketChannel.open(address)) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> converse(client));
            } catch (IOException e) {
                // Closed: the loop ends.
            }
        }
    }

    private void converse(SocketChannel client) {
        try (client;
                var in = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String reply = reply(line);
                ByteBuffer bytes = ByteBuffer.wrap((reply + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    client.write(bytes);
                }
                if (line.strip().equals("quit")) {
                    quit.run();
                }
            }
        } catch (IOException e) {
            // The client is gone; the next one gets a connection of its own.
        }
    }

    private String reply(String line) {
        try {
            switch (line.strip()) {
                case "status" -> {
                    return "ok " + token.status().line();
                }
                case "quit" -> {
                    return "ok bye";
                }
                default -> {
                    Order.parse(line).applyTo(token);
                    return "ok " + token.status().line();
                }
            }
        } catch (IllegalArgumentException e) {
            return "error " + e.getMessage();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
