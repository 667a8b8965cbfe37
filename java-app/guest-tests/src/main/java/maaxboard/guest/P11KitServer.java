// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import maaxboard.guest.faults.HostRig;

/** p11-kit's server, which hands this host's OpenPGP tokens to whoever connects to its socket: the far end of a link. */
public final class P11KitServer implements AutoCloseable {
    private final Path folder;
    private final Map<String, String> environment;
    private Process server;

    /** @param environment by which OpenSC finds its pcscd, which may start later */
    public P11KitServer(Path folder, Map<String, String> environment) throws IOException {
        this.folder = folder;
        this.environment = environment;
        serve();
    }

    /** Where it listens. */
    public Path socket() {
        return folder.resolve("far");
    }

    /** The module at the near end. */
    public static Path client() throws IOException {
        return HostRig.module().resolveSibling("pkcs11").resolve("p11-kit-client.so");
    }

    /** Starts it, on the same socket each time. */
    public void serve() throws IOException {
        Files.deleteIfExists(socket());
        var log = folder.resolve("far.log").toFile();
        var builder = new ProcessBuilder("p11-kit", "server", "--foreground", "--provider", HostRig.module().toString(), "--name",
                socket().toString(), "pkcs11:manufacturer=OpenPGP%20project").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().putAll(environment);
        server = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        for (int tries = 0; !Files.exists(socket()); tries++) {
            if (!server.isAlive() || tries > 3000) {
                throw new GuestException("p11-kit server: " + Files.readString(log.toPath()));
            }
            Guest.pause(Duration.ofMillis(20));
        }
    }

    /** Ends it and what serves its clients, in the middle of whatever they do. */
    @Override
    public void close() {
        processes().forEach(ProcessHandle::destroyForcibly);
        try {
            server.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a signal to each of them, such as STOP or CONT. */
    public void signal(String name) throws IOException {
        var command = new ArrayList<>(List.of("kill", "-" + name));
        processes().forEach(process -> command.add(Long.toString(process.pid())));
        try {
            new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<ProcessHandle> processes() {
        var all = new ArrayList<>(server.descendants().toList());
        all.add(server.toHandle());
        return all;
    }
}
