// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static maaxboard.virtualtoken.HostBench.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The token at a real pcscd of this host, seen by OpenSC. */
@Timeout(300)
final class VpcdIT {
    private static final int BLOCK = 32;
    private static final String FIRST_READER = "Virtual PCD 0 00 00";
    private static final String SECOND_READER = "Virtual PCD 0 00 01";

    @TempDir
    Path directory;

    private HostBench bench;

    @BeforeEach
    void startPcscd() throws IOException {
        bench = new HostBench(directory);
    }

    @AfterEach
    void stopPcscd() {
        bench.close();
    }

    @Test
    void openScTakesRandomBytesAndEachAnswerIsListedInOrder() throws Exception {
        Path hashes = directory.resolve("hashes");
        try (var token = bench.token(0).hashes(hashes).start()) {
            bench.awaitCard(FIRST_READER);
            Path random = directory.resolve("random");
            bench.run("pkcs11-tool", "--generate-random", "4096", "--output-file", random.toString());
            assertEquals(hashesOf(Files.readAllBytes(random)), Files.readAllLines(hashes));
            assertEquals(4096, token.status().challengeBytes());
        }
    }

    @Test
    void anUnpluggedTokenIsGoneAndAPluggedOneIsBack() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(FIRST_READER);
            token.unplug();
            await(() -> !bench.cards().contains(FIRST_READER));
            token.plug();
            bench.awaitCard(FIRST_READER);
            token.cardOut();
            await(() -> !bench.cards().contains(FIRST_READER));
            token.cardIn();
            bench.awaitCard(FIRST_READER);
        }
    }

    @Test
    void twoTokensHaveTwoSerialNumbers() throws Exception {
        try (var first = bench.token(0).start();
                var second = bench.token(1).serial("0000beef").start()) {
            bench.awaitCard(FIRST_READER);
            bench.awaitCard(SECOND_READER);
            String slots = bench.run("pkcs11-tool", "--list-slots");
            assertTrue(slots.contains("fffe" + first.status().serial().toLowerCase(Locale.ROOT)), slots);
            assertTrue(slots.contains("fffe" + second.status().serial().toLowerCase(Locale.ROOT)), slots);
        }
    }

    @Test
    void theTokenComesBackAfterPcscdWasKilled() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(FIRST_READER);
            bench.pcscd.kill();
            bench.pcscd.start();
            bench.awaitCard(FIRST_READER);
            assertTrue(token.status().plugged());
        }
    }

    private static List<String> hashesOf(byte[] data) throws Exception {
        var hashes = new ArrayList<String>();
        for (int at = 0; at < data.length; at += BLOCK) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOfRange(data, at, at + BLOCK));
            hashes.add(HexFormat.of().formatHex(hash));
        }
        return hashes;
    }
}
