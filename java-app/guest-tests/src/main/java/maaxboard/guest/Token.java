// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A virtual Nitrokey Start in one of a guest's USB ports: a process of its own, as a token is a thing of its own. */
public final class Token implements AutoCloseable {
    private final Process process;
    private final Path control;
    private final Path hashes;

    private Token(Process process, Path control, Path hashes) {
        this.process = process;
        this.control = control;
        this.hashes = hashes;
    }

    /**
     * Puts a token into a port.
     *
     * @param serial eight hex digits
     * @param options more options of virtual-token's, for example {@code --unplugged}
     */
    public static Token plugInto(Guest guest, int port, String serial, String... options) {
        var control = guest.file("control" + port + ".sock");
        var hashes = guest.file("hashes" + port);
        var command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), "maaxboard.virtualtoken.Main", "usbredir", "--socket",
                guest.port(port).toString(), "--serial", serial, "--hashes", hashes.toString(), "--control",
                control.toString()));
        command.addAll(List.of(options));
        try {
            var process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(guest.file("token" + port + ".log").toFile()).start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return new Token(process, control, hashes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Says a line to the token's control socket.
     *
     * @return its answer without the leading {@code ok}
     */
    public String tell(String line) {
        for (int tries = 0; !Files.exists(control) && tries < 1000 && process.isAlive(); tries++) {
            Guest.pause(Duration.ofMillis(20));
        }
        return tell(control, line);
    }

    /** Says a line to the control socket of any virtual token. */
    static String tell(Path control, String line) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(control));
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
            var answer = new StringBuilder();
            var buffer = ByteBuffer.allocate(4096);
            while (answer.indexOf("\n") < 0 && channel.read(buffer.clear()) >= 0) {
                answer.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
            }
            var text = answer.toString().strip();
            if (!text.startsWith("ok")) {
                throw new GuestException("virtual-token: to '" + line + "' it said '" + text + "'");
            }
            return text.substring(2).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The SHA-256 hashes of its 32-byte answers so far, in order. */
    public List<String> hashes() {
        try {
            return Files.exists(hashes) ? Files.readAllLines(hashes) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
