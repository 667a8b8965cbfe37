// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.AbstractCommandSupport;
import org.apache.sshd.server.config.keys.AuthorizedKeysAuthenticator;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;

/** An SSH server in this process that lets in who has a key of a file. (An sshd would be a new service of the host.) */
final class SshDoor implements AutoCloseable {
    private final TokenBench bench;
    private final SshServer server = SshServer.setUpDefaultServer();

    /** @param keys lines as ssh-keygen -D prints them */
    SshDoor(TokenBench bench, String keys) throws IOException {
        this.bench = bench;
        var file = Files.writeString(bench.file("authorized_keys"), keys);
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPublickeyAuthenticator(new AuthorizedKeysAuthenticator(file));
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.setCommandFactory((channel, command) -> new Echo(command));
        server.start();
    }

    /** The one command it knows: says that the user is in. */
    private static final class Echo extends AbstractCommandSupport {
        Echo(String command) {
            super(command, null);
        }

        @Override
        public void run() {
            try {
                getOutputStream().write("in by token\n".getBytes(StandardCharsets.US_ASCII));
                getOutputStream().flush();
                onExit(0);
            } catch (IOException e) {
                onExit(1);
            }
        }
    }

    /** Logs in with a key of a PKCS#11 module; ssh asks a program for the PIN. */
    TokenBench.Result login(String module, Path pinFile) throws Exception {
        var askpass = Files.writeString(bench.file("askpass"), "#!/bin/sh\ncat " + pinFile + "\n");
        Files.setPosixFilePermissions(askpass, PosixFilePermissions.fromString("rwx------"));
        return bench.run("env", "SSH_ASKPASS=" + askpass, "SSH_ASKPASS_REQUIRE=force", "SSH_AUTH_SOCK=", "ssh", "-F", "none",
                "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentityFile=none", "-o",
                "NumberOfPasswordPrompts=1", "-I", module, "-p", Integer.toString(server.getPort()), "127.0.0.1", "echo");
    }

    /** Who connects to the port at the door comes out at the socket here, as long as the process runs. */
    Process carry(int port, Path socket, Path key) throws IOException {
        return bench.background("carry.log", "ssh", "-N", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o",
                "UserKnownHostsFile=/dev/null", "-o", "ExitOnForwardFailure=yes", "-i", key.toString(), "-R",
                "127.0.0.1:" + port + ":" + socket, "-p", Integer.toString(server.getPort()), "127.0.0.1");
    }

    @Override
    public void close() throws IOException {
        server.close(true);
    }
}
