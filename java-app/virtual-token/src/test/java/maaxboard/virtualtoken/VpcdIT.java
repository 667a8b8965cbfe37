// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import maaxboard.virtualtoken.transport.VpcdTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The token at a real pcscd of this host, seen by OpenSC. */
@Timeout(300)
final class VpcdIT {
    private static final int BLOCK = 32;

    @TempDir
    Path directory;

    private HostPcscd pcscd;

    @BeforeEach
    void startPcscd() throws IOException {
        pcscd = HostPcscd.start(directory, 2);
    }

    @AfterEach
    void stopPcscd() {
        pcscd.close();
    }

    @Test
    void openScTakesRandomBytesAndEachAnswerIsListedInOrder() throws Exception {
        Path hashes = directory.resolve("hashes");
        try (var token = token(0).hashes(hashes).start()) {
            awaitCard("Virtual PCD 0 00 00");
            Path random = directory.resolve("random");
            run("pkcs11-tool", "--generate-random", "4096", "--output-file", random.toString());
            assertEquals(hashesOf(Files.readAllBytes(random)), Files.readAllLines(hashes));
            assertEquals(4096, token.status().challengeBytes());
        }
    }

    @Test
    void anUnpluggedTokenIsGoneAndAPluggedOneIsBack() throws Exception {
        try (var token = token(0).start()) {
            awaitCard("Virtual PCD 0 00 00");
            token.unplug();
            await(() -> !cards().contains("Virtual PCD 0 00 00"));
            token.plug();
            awaitCard("Virtual PCD 0 00 00");
            token.cardOut();
            await(() -> !cards().contains("Virtual PCD 0 00 00"));
            token.cardIn();
            awaitCard("Virtual PCD 0 00 00");
        }
    }

    @Test
    void twoTokensHaveTwoSerialNumbers() throws Exception {
        try (var first = token(0).start();
                var second = token(1).serial("0000beef").start()) {
            awaitCard("Virtual PCD 0 00 00");
            awaitCard("Virtual PCD 0 00 01");
            String slots = run("pkcs11-tool", "--list-slots");
            assertTrue(slots.contains("fffe" + first.status().serial().toLowerCase(Locale.ROOT)), slots);
            assertTrue(slots.contains("fffe" + second.status().serial().toLowerCase(Locale.ROOT)), slots);
        }
    }

    @Test
    void theTokenComesBackAfterPcscdWasKilled() throws Exception {
        try (var token = token(0).start()) {
            awaitCard("Virtual PCD 0 00 00");
            pcscd.kill();
            pcscd.start();
            awaitCard("Virtual PCD 0 00 00");
            assertTrue(token.status().plugged());
        }
    }

    private VirtualToken.Builder token(int reader) {
        return VirtualToken.on(new VpcdTransport(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), pcscd.port(reader))));
    }

    private static List<String> hashesOf(byte[] data) throws Exception {
        var hashes = new ArrayList<String>();
        for (int at = 0; at < data.length; at += BLOCK) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOfRange(data, at, at + BLOCK));
            hashes.add(HexFormat.of().formatHex(hash));
        }
        return hashes;
    }

    private void awaitCard(String reader) throws Exception {
        await(() -> cards().contains(reader));
    }

    /** The names of the readers with a card in them. */
    private List<String> cards() throws Exception {
        return run("opensc-tool", "--list-readers").lines()
                .filter(line -> line.contains("Yes"))
                .map(line -> line.substring(line.indexOf("Virtual")))
                .toList();
    }

    private String run(String... words) throws Exception {
        Path file = Files.createTempFile(directory, "run", ".txt");
        Process process = pcscd.command(words).redirectErrorStream(true).redirectOutput(file.toFile()).start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("it hangs: " + String.join(" ", words));
        }
        String output = Files.readString(file);
        assertEquals(0, process.exitValue(), output);
        return output;
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < until, "nothing happened for 60 s");
            Thread.sleep(50);
        }
    }
}
