// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.UnaryOperator;

/**
 * How {@code entropy status} and {@code entropy clear} reach the running service: a Unix socket of mode 0600 in the run
 * directory. A client sends one line and gets the answer; the end of the connection ends it. Answers begin with
 * {@code ok} or {@code error}, alone on the first line.
 */
public final class ControlSocket implements AutoCloseable {
    private static final int LONGEST_LINE = 1000;

    private final ServerSocketChannel server;
    private final Path path;

    private ControlSocket(ServerSocketChannel server, Path path) {
        this.server = server;
        this.path = path;
    }

    /** Where the socket lies. */
    public static Path path(Path runDirectory) {
        return runDirectory.resolve("control");
    }

    /**
     * Listens, in a thread of its own.
     *
     * @param answer from the line to the whole answer
     */
    static ControlSocket open(Path runDirectory, UnaryOperator<String> answer) throws IOException {
        var path = path(runDirectory);
        Files.deleteIfExists(path);
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        var socket = new ControlSocket(server, path);
        Thread.ofPlatform().daemon().name("control").start(() -> socket.serve(answer));
        return socket;
    }

    private void serve(UnaryOperator<String> answer) {
        while (server.isOpen()) {
            try (var client = server.accept()) {
                client.write(StandardCharsets.UTF_8.encode(answer.apply(line(client))));
            } catch (IOException e) {
                // That client is gone, or the server is closed; the loop's condition tells which.
            }
        }
    }

    private static String line(SocketChannel client) throws IOException {
        var buffer = ByteBuffer.allocate(LONGEST_LINE);
        while (buffer.hasRemaining() && client.read(buffer) >= 0) {
            if (buffer.position() > 0 && buffer.get(buffer.position() - 1) == '\n') {
                break;
            }
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8).strip();
    }

    /**
     * Asks the running service.
     *
     * @return the answer's lines after {@code ok}
     * @throws IOException if no service answers, or it answers {@code error}: then the message is the service's
     */
    public static String ask(Path runDirectory, String line) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path(runDirectory)))) {
            channel.write(StandardCharsets.UTF_8.encode(line + "\n"));
            channel.shutdownOutput();
            var reader = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            var first = reader.readLine();
            var rest = new StringBuilder();
            for (String next; (next = reader.readLine()) != null; ) {
                rest.append(next).append('\n');
            }
            if (!"ok".equals(first)) {
                throw new IOException(rest.isEmpty() ? "no answer" : rest.toString().strip());
            }
            return rest.toString();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The run directory goes with the machine.
        }
    }
}
