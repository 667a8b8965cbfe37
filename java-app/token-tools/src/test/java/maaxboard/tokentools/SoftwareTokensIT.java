// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens without hardware, and one on another machine, as sources of {@code entropy} and under {@code token}. */
class SoftwareTokensIT {
    @TempDir
    Path folder;

    /** One-shot and service. */
    private static void assertSource(TokenBench bench, String... which) throws Exception {
        var generate = new ArrayList<>(List.of("generate", "-n", "1000", "-o", "random"));
        generate.addAll(List.of(which));
        var once = bench.entropy(generate.toArray(String[]::new));
        assertEquals(0, once.status(), once.err());
        assertEquals(1000, Files.size(bench.file("random")));
        var service = service(bench, "service.log", which);
        try {
            bench.awaitText("service.log", "region: OK");
        } finally {
            service.destroy();
            assertTrue(service.waitFor(60, TimeUnit.SECONDS));
        }
    }

    private static Process service(TokenBench bench, String log, String... which) throws Exception {
        Files.write(bench.file("region"), new byte[64 * 1024]);
        var command = TokenBench.command(List.of("run", "--region", bench.file("region").toString(), "--run-directory",
                bench.file("run").toString()));
        command.replaceAll(word -> word.equals("maaxboard.tokentools.cli.Main") ? "maaxboard.entropy.cli.Main" : word);
        command.addAll(List.of(which));
        return bench.background(log, command.toArray(String[]::new));
    }

    private static void assertKeys(TokenBench bench, List<String> which) throws Exception {
        bench.tokenGood(which, "keypair", "--label", "key");
        Files.writeString(bench.file("key.csr"), bench.tokenGood(which, "request", "--label", "key", "--subject", "CN=key"));
        bench.good("openssl", "req", "-in", "key.csr", "-verify", "-noout");
        assertTrue(bench.tokenGood(which, "objects").contains("'key', never leaves the token"));
    }

    @Test
    void aTpmBehindTpm2Pkcs11IsATokenWithRandomBytesAndKeys() throws Exception {
        int port = TokenBench.freePort();
        var bench = new TokenBench(folder);
        Files.createDirectories(bench.file("tpm"));
        Files.createDirectories(bench.file("store"));
        bench.set("TPM2_PKCS11_STORE", bench.file("store").toString());
        bench.set("TPM2_PKCS11_TCTI", "swtpm:host=127.0.0.1,port=" + port);
        bench.set("TSS2_LOG", "all+none");
        // tpm2-tss expects the control channel one port further on.
        var tpm = bench.background("swtpm.log", "swtpm", "socket", "--tpm2", "--tpmstate", "dir=tpm", "--server",
                "type=tcp,port=" + port, "--ctrl", "type=tcp,port=" + (port + 1), "--flags", "not-need-init,startup-clear");
        try {
            var module = bench.find("/usr/lib/*/pkcs11/libtpm2_pkcs11.so");
            var pins = List.of("--pin-source", "file:" + bench.file("pin"), "--so-pin-source", "file:" + bench.file("so-pin"));
            var empty = new ArrayList<>(List.of("--module", module, "--slot-index", "0"));
            empty.addAll(pins);
            bench.tokenGood(empty, "init", "--label", "tpm");
            assertSource(bench, "--module", module, "--token-label", "tpm");
            assertKeys(bench, List.of("--module", module, "--token-label", "tpm", "--pin-source", "file:" + bench.file("pin")));
        } finally {
            tpm.destroy();
            tpm.waitFor(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void openCryptokisSoftwareTokenIsASource() throws Exception {
        var bench = new TokenBench(folder);
        Files.writeString(bench.file("so-pin"), "87654321\n"); // as it is born
        Files.writeString(bench.file("pin"), "12345678\n");
        Files.writeString(bench.file("opencryptoki.conf"), """
                version opencryptoki-3.1
                slot 3
                {
                stdll = libpkcs11_sw.so
                }
                """);
        // A pkcsslotd of its own, in namespaces in which its folders and shared memory are nobody else's.
        Files.writeString(bench.file("daemon.sh"), """
                mount -t tmpfs none /var/lib/opencryptoki && mount -t tmpfs none /run && mkdir /run/lock || exit 99
                mkdir -p /var/lib/opencryptoki/swtok/TOK_OBJ /var/lock/opencryptoki/swtok /run/opencryptoki
                chgrp -R pkcs11 /var/lib/opencryptoki /var/lock/opencryptoki /run/opencryptoki
                mount --bind opencryptoki.conf /etc/opencryptoki/opencryptoki.conf || exit 99
                pkcsslotd -f 2>/dev/null &
                daemon=$!
                while ! [ -S /run/pkcsslotd.socket ] && kill -0 $daemon; do sleep 0.1; done
                status=0
                "$@" || status=$?
                kill $daemon
                wait $daemon
                exit $status
                """);
        var module = bench.find("/usr/lib/*/pkcs11/libopencryptoki.so");
        var which = List.of("--module", module, "--token-label", "soft", "--pin-source", "file:" + bench.file("pin"));
        var script = new StringBuilder("set -e\n");
        line(script, List.of("init", "--label", "soft", "--so-pin-source", "file:" + bench.file("so-pin"), "--module", module,
                "--slot-index", "0", "--pin-source", "file:" + bench.file("pin")), "token");
        line(script, List.of("generate", "-n", "1000", "-o", "random", "--module", module, "--token-label", "soft"), "entropy");
        line(script, concat(List.of("keypair", "--label", "key", "--key-type", "rsa:2048"), which), "token");
        line(script, concat(List.of("request", "--label", "key", "--subject", "CN=key", "-o", "key.csr"), which), "token");
        Files.write(bench.file("region"), new byte[64 * 1024]);
        line(script, List.of("run", "--region", bench.file("region").toString(), "--run-directory",
                bench.file("run").toString(), "--module", module, "--token-label", "soft"), "entropy", "2>service.log &");
        script.append("service=$!\nwhile ! grep -q 'region: OK' service.log; do kill -0 $service; sleep 0.1; done\n"
                + "kill $service\nwait $service\n");
        Files.writeString(bench.file("inside.sh"), script);
        // Its group is opencryptoki's: in a user's namespace it would not exist, so this needs root or sudo.
        var command = new ArrayList<>(System.getProperty("user.name").equals("root") ? List.<String>of() : List.of("sudo", "-n"));
        command.addAll(List.of("unshare", "--mount", "--ipc", "--propagation", "private", "sh", "daemon.sh", "sh", "inside.sh"));
        bench.good(command.toArray(String[]::new));
        assertEquals(1000, Files.size(bench.file("random")));
        bench.good("openssl", "req", "-in", "key.csr", "-verify", "-noout");
    }

    /** NSS has both: a token whose flags say so, and one that says so only when it is written to. */
    @Test
    void aWriteProtectedTokenIsReadAndSaysSoWhenItIsToBeWritten() throws Exception {
        var bench = new TokenBench(folder);
        bench.good("certutil", "-N", "-d", "sql:" + Files.createDirectory(bench.file("nss")), "-f", "pin");
        var writable = nss(bench, "", "1");
        bench.tokenGood(writable, "keypair", "--label", "first");
        var protectedDatabase = nss(bench, "flags=readOnly", "1");
        assertTrue(bench.tokenGood(protectedDatabase, "objects").contains("'first', never leaves the token"));
        bench.tokenGood(protectedDatabase, "request", "--label", "first", "--subject", "CN=first", "-o", "first.csr");
        bench.good("openssl", "req", "-in", "first.csr", "-verify", "-noout");
        bench.makeAuthority();
        bench.sign("first.csr", "first.pem");
        for (var result : List.of(bench.token(protectedDatabase, "keypair", "--label", "second"),
                bench.token(protectedDatabase, "import-certificate", "first.pem"),
                bench.token(nss(bench, "", "0"), "keypair", "--label", "second"))) {
            assertEquals(77, result.status(), result.err());
            assertTrue(result.err().contains("write-protected"), result.err());
            assertEquals(1, result.err().lines().count(), result.err());
        }
        var flagged = bench.token(nss(bench, "", "0"), "keypair", "--label", "second", "--trace");
        assertFalse(flagged.err().contains("C_Login"), flagged.err());
        var objects = bench.tokenGood(writable, "objects");
        assertFalse(objects.contains("second") || objects.contains("certificate"), objects);
    }

    private static List<String> nss(TokenBench bench, String flags, String slotIndex) throws Exception {
        return List.of("--module", bench.find("/usr/lib/*/libsoftokn3.so"), "--init-args", "configdir='sql:"
                + bench.file("nss") + "' certPrefix='' keyPrefix='' secmod='' " + flags, "--slot-index", slotIndex,
                "--pin-source", "file:" + bench.file("pin"));
    }

    private static List<String> concat(List<String> first, List<String> more) {
        var all = new ArrayList<>(first);
        all.addAll(more);
        return all;
    }

    private static void line(StringBuilder script, List<String> arguments, String program, String... behind) {
        var command = TokenBench.command(arguments);
        command.replaceAll(word -> word.equals("maaxboard.tokentools.cli.Main") && program.equals("entropy")
                ? "maaxboard.entropy.cli.Main" : word);
        for (var word : command) {
            script.append('\'').append(word).append("' ");
        }
        script.append(String.join(" ", behind)).append('\n');
    }

    @Test
    void aTokenOnAnotherMachineIsASourceThroughP11KitAndComesBackAfterTheLinkBroke() throws Exception {
        var bench = new TokenBench(folder);
        bench.makeToken("far");
        var url = bench.good("p11tool", "--provider", TokenBench.SOFTHSM, "--list-token-urls").lines()
                .filter(line -> line.contains("token=far")).findFirst().orElseThrow();
        var socket = bench.file("link");
        bench.set("P11_KIT_SERVER_ADDRESS", "unix:path=" + socket);
        var module = bench.find("/usr/lib/*/pkcs11/p11-kit-client.so");
        var server = server(bench, url, socket);
        try {
            var traced = bench.entropy("generate", "--module", module, "-n", "256", "--hex", "--trace");
            assertEquals(0, traced.status(), traced.err());
            var calls = traced.err().lines().map(line -> line.replaceAll("trace: (\\w+).*", "$1")).distinct().toList();
            assertEquals(List.of("C_Initialize", "C_GetSlotList", "C_GetTokenInfo", "C_OpenSession", "C_GenerateRandom",
                    "C_CloseSession", "C_Finalize"), calls);
            var objects = bench.token(List.of("--module", module, "--token-label", "far", "--pin-source",
                    "file:" + bench.file("pin"), "--trace"), "objects");
            assertEquals(0, objects.status(), objects.err());
            for (var call : List.of("C_Login", "C_FindObjectsInit", "C_FindObjects", "C_FindObjectsFinal")) {
                assertTrue(objects.err().contains("trace: " + call + "("), objects.err());
            }
            var service = service(bench, "service.log", "--module", module);
            try {
                bench.awaitText("service.log", "region: OK");
                server.destroyForcibly().waitFor();
                bench.run("sh", "-c", "kill -9 $(ps -eo pid,args | awk -v s=" + socket
                        + " '/p11-kit/ && index($0, s) && !/awk/ {print $1}')");
                bench.awaitText("service.log", "region: WAITING");
                server = server(bench, url, socket);
                bench.awaitAgain("service.log", "region: WAITING", "region: OK");
            } finally {
                service.destroy();
                assertTrue(service.waitFor(60, TimeUnit.SECONDS));
            }
        } finally {
            server.destroy();
        }
    }

    @Test
    void theCallsOfTheRemotingNotesAreSeenInTheTraceInTheirOrder() throws Exception {
        var bench = new TokenBench(folder);
        bench.makeToken("far");
        bench.tokenGood(bench.softHsm("far"), "keypair", "--label", "key");
        var server = server(bench, "pkcs11:token=far", bench.file("link"));
        try {
            bench.set("P11_KIT_SERVER_ADDRESS", "unix:path=" + bench.file("link"));
            bench.set("P11_KIT_STRICT", "yes");
            bench.set("P11_KIT_DEBUG", "all");
            var sequence = List.of("C_Initialize", "C_GetSlotList", "C_GetTokenInfo", "C_OpenSession", "C_Login",
                    "C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue", "C_FindObjectsFinal", "C_CloseSession",
                    "C_Finalize");
            var module = bench.find("/usr/lib/*/pkcs11/p11-kit-client.so");
            var theirs = bench.run("pkcs11-tool", "--module", module, "--token-label", "far", "--login", "--pin", TokenBench.PIN,
                    "--list-objects");
            assertEquals(sequence, calls(theirs.err(), "rpc_(C_\\w+):", sequence));
            var ours = bench.token(List.of("--module", module, "--token-label", "far", "--pin-source",
                    "file:" + bench.file("pin"), "--trace"), "objects");
            var inOrder = new ArrayList<>(sequence);
            // It asks for attributes when the search is over.
            Collections.swap(inOrder, 7, 8);
            assertEquals(inOrder, calls(ours.err(), "trace: (C_\\w+)\\(", sequence));
        } finally {
            server.destroy();
        }
    }

    /** The calls of these in a trace, each where it comes first. */
    private static List<String> calls(String trace, String pattern, List<String> names) {
        return Pattern.compile(pattern).matcher(trace).results().map(match -> match.group(1)).filter(names::contains).distinct()
                .toList();
    }

    /** The door stands for the machine that wants the token: it has the port's other end, and its programs a socket of their own. */
    @Test
    void aTokenOnAnotherMachineIsASourceOverSsh() throws Exception {
        var bench = new TokenBench(folder);
        bench.makeToken("far");
        bench.good("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", bench.file("key").toString());
        int port = TokenBench.freePort();
        var processes = new ArrayList<Process>();
        try (var door = new SshDoor(bench, Files.readString(bench.file("key.pub")))) {
            processes.add(server(bench, "pkcs11:token=far", bench.file("far")));
            processes.add(door.carry(port, bench.file("far"), bench.file("key")));
            processes.add(bench.background("near.log", "socat", "UNIX-LISTEN:" + bench.file("near") + ",fork", "TCP:127.0.0.1:" + port));
            bench.set("P11_KIT_SERVER_ADDRESS", "unix:path=" + bench.file("near"));
            var module = bench.find("/usr/lib/*/pkcs11/p11-kit-client.so");
            var slots = bench.entropy("slots", "--module", module);
            for (int i = 0; !slots.out().contains("far"); i++) {
                assertTrue(i < 60, slots + Files.readString(bench.file("carry.log")));
                Thread.sleep(200);
                slots = bench.entropy("slots", "--module", module);
            }
            assertSource(bench, "--module", module);
        } finally {
            processes.forEach(process -> process.descendants().forEach(ProcessHandle::destroy));
            processes.forEach(Process::destroy);
        }
    }

    private static Process server(TokenBench bench, String url, Path socket) throws Exception {
        Files.deleteIfExists(socket);
        var server = bench.background("server.log", "p11-kit", "server", "--foreground", "--provider", TokenBench.SOFTHSM,
                "--name", socket.toString(), url);
        for (int i = 0; !Files.exists(socket); i++) {
            assertTrue(server.isAlive() && i < 1200, Files.readString(bench.file("server.log")));
            Thread.sleep(50);
        }
        return server;
    }
}
