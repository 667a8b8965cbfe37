// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import maaxboard.tokentools.token.TokenException;

/**
 * The clients that are known. Lines of the file: {@code ROLES bearer SHA256 NAME} and {@code ROLES certificate SUBJECT},
 * roles joined by commas. A bearer token stands as its SHA-256: the file lets nobody in who reads it.
 */
public final class Clients {
    private record Bearer(byte[] hash, Client client) {
    }

    private record Subject(X500Principal principal, Client client) {
    }

    private final List<Bearer> bearers = new ArrayList<>();
    private final List<Subject> subjects = new ArrayList<>();

    private Clients() {
    }

    /** Reads the file; {@code #} starts a comment line. */
    public static Clients read(Path file) throws IOException, TokenException {
        var clients = new Clients();
        int number = 0;
        for (var line : Files.readAllLines(file)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                try {
                    clients.add(line.strip().split("\\s+", 3));
                } catch (IllegalArgumentException e) {
                    throw new TokenException(TokenException.Kind.DATA, file + ":" + number
                            + ": expected 'ROLES bearer SHA256 NAME' or 'ROLES certificate SUBJECT', ROLES of read, use,"
                            + " administer joined by commas");
                }
            }
        }
        return clients;
    }

    private void add(String[] words) {
        if (words.length != 3) {
            throw new IllegalArgumentException();
        }
        var roles = EnumSet.noneOf(Role.class);
        for (var role : words[0].split(",", -1)) {
            if (!role.equals(role.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException();
            }
            roles.add(Role.valueOf(role.toUpperCase(Locale.ROOT)));
        }
        switch (words[1]) {
            case "bearer" -> {
                var rest = words[2].split("\\s+", 2);
                if (rest.length != 2 || !rest[0].matches("[0-9a-f]{64}")) {
                    throw new IllegalArgumentException();
                }
                bearers.add(new Bearer(HexFormat.of().parseHex(rest[0]), new Client(rest[1], Set.copyOf(roles))));
            }
            case "certificate" -> subjects.add(
                    new Subject(new X500Principal(words[2]), new Client(words[2], Set.copyOf(roles))));
            default -> throw new IllegalArgumentException();
        }
    }

    /** The client with this bearer token, or null. How long it takes tells nothing about the tokens known. */
    Client bearer(String token) {
        var hash = sha256(token.getBytes(StandardCharsets.UTF_8));
        Client found = null;
        for (var bearer : bearers) {
            if (MessageDigest.isEqual(bearer.hash, hash)) {
                found = bearer.client;
            }
        }
        return found;
    }

    /** The client with this certificate, which TLS has verified, or null. */
    Client subject(X500Principal principal) {
        return subjects.stream().filter(subject -> subject.principal.equals(principal)).map(Subject::client).findFirst()
                .orElse(null);
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
