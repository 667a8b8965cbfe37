// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.UnixSocket;

/**
 * How {@code entropy status} and {@code entropy clear} reach the running service: a Unix socket of mode 0600 in the run
 * directory. A client sends one line and gets the answer; the end of the connection ends it. Answers begin with
 * {@code ok} or {@code error}, alone on the first line.
 */
public final class ControlSocket implements AutoCloseable {
    private static final int LONGEST_LINE = 1000;

    private final UnixSocket server;
    private final Path path;

    private ControlSocket(UnixSocket server, Path path) {
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
        var socket = new ControlSocket(UnixSocket.listen(path), path);
        Thread.ofPlatform().daemon().name("control").start(() -> socket.serve(answer));
        return socket;
    }

    private void serve(UnaryOperator<String> answer) {
        try (server) {
            while (!server.isShut()) {
                try (var client = server.accept()) {
                    client.write(answer.apply(line(client)).getBytes(StandardCharsets.UTF_8));
                } catch (LinuxException e) {
                    // That client is gone, or the server is shut; the loop's condition tells which.
                }
            }
        }
    }

    private static String line(UnixSocket client) throws LinuxException {
        var line = new ByteArrayOutputStream();
        var part = new byte[LONGEST_LINE];
        for (int got; line.size() < LONGEST_LINE && (got = client.read(part)) > 0; ) {
            line.write(part, 0, got);
            if (part[got - 1] == '\n') {
                break;
            }
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    /**
     * Asks the running service.
     *
     * @return the answer's lines after {@code ok}
     * @throws IOException if no service answers, or it answers {@code error}: then the message is the service's
     */
    public static String ask(Path runDirectory, String line) throws IOException {
        var answer = new ByteArrayOutputStream();
        try (var socket = UnixSocket.connect(path(runDirectory))) {
            socket.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            var part = new byte[LONGEST_LINE];
            for (int got; (got = socket.read(part)) > 0; ) {
                answer.write(part, 0, got);
            }
        }
        var text = answer.toString(StandardCharsets.UTF_8);
        var rest = text.substring(text.indexOf('\n') + 1);
        if (!text.startsWith("ok\n")) {
            throw new IOException(rest.isEmpty() ? "no answer" : rest.strip());
        }
        return rest;
    }

    @Override
    public void close() {
        try {
            server.shutdown();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The run directory goes with the machine.
        }
    }
}
