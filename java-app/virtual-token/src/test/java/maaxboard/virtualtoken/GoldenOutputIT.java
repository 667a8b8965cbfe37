// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import maaxboard.virtualtoken.card.Profile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the host's programs print of the token, held against files. Lines that only newer versions of OpenSC print
 * ({@code uri}) are left out.
 */
@Timeout(300)
final class GoldenOutputIT {
    private static final String READER = "Virtual PCD 0 00 00";

    @TempDir
    Path directory;

    private HostBench bench;

    @BeforeEach
    void startPcscd() throws IOException {
        bench = new HostBench(directory);
        Path gnupg = Files.createDirectory(
                directory.resolve("gnupg"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(gnupg.resolve("scdaemon.conf"), "disable-ccid\n");
    }

    @AfterEach
    void stopPcscd() throws Exception {
        bench.run("gpgconf", "--kill", "all");
        bench.close();
    }

    @Test
    void pkcs11ToolShowsTwoSlotsWithRandomGenerator() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            assertGolden("pkcs11-tool", bench.output("pkcs11-tool", "--list-slots"));
            assertEquals("43211234", token.status().serial());
        }
    }

    @Test
    void openscToolNamesTheCard() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            assertGolden("opensc-tool", bench.output("opensc-tool", "--atr", "--name", "--serial"));
            assertEquals("43211234", token.status().serial());
        }
    }

    @Test
    void openpgpToolShowsTheCardholder() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            assertGolden("openpgp-tool", bench.output("openpgp-tool", "--card-info", "--user-info"));
            assertEquals("43211234", token.status().serial());
        }
    }

    @Test
    void gpgShowsTheCard() throws Exception {
        try (var token = bench.token(0).start()) {
            bench.awaitCard(READER);
            assertGolden("gpg-card-status", bench.output("gpg", "--card-status"));
            assertEquals("43211234", token.status().serial());
        }
    }

    @Test
    void gpgShowsAnOpenPgp34Card() throws Exception {
        try (var token = bench.token(0).serial("0000cafe").profile(Profile.OPENPGP_34).start()) {
            bench.awaitCard(READER);
            assertGolden("gpg-card-status-3.4", bench.output("gpg", "--card-status"));
            assertEquals("0000CAFE", token.status().serial());
        }
    }

    private static void assertGolden(String name, String actual) throws IOException {
        String text = actual.lines()
                .filter(line -> !line.startsWith("  uri "))
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n", "", "\n"));
        try (var in = GoldenOutputIT.class.getResourceAsStream("/golden/" + name + ".txt")) {
            assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), text, name);
        }
    }
}
