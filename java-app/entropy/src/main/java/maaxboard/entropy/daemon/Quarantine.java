// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import maaxboard.entropy.health.Reason;
import maaxboard.entropy.linux.TextFile;
import maaxboard.entropy.pkcs11.TokenId;

/**
 * Which tokens are quarantined, kept in the run directory: a restart of the service does not set them free, a reboot
 * does, because the run directory lies in memory. One line a token: reason, manufacturer, model and serial, URL-encoded.
 */
final class Quarantine {
    private final Path file;
    private final Log log;
    private final Map<TokenId, Reason> tokens = new LinkedHashMap<>();

    /** Reads what an earlier process of this boot has left. */
    Quarantine(Path runDirectory, Log log) {
        file = runDirectory.resolve("quarantine");
        this.log = log;
        try {
            for (var line : Files.exists(file) ? TextFile.read(file).split("\n") : new String[0]) {
                var words = line.split(" ", -1);
                tokens.put(new TokenId(decode(words[1]), decode(words[2]), decode(words[3])), Reason.valueOf(words[0]));
            }
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            log.error(file + ": cannot be read: " + e.getMessage() + "; tokens quarantined before are tested anew");
        }
    }

    /** Why the token is quarantined, or null. */
    synchronized Reason reason(TokenId id) {
        return tokens.get(id);
    }

    synchronized void add(TokenId id, Reason reason) {
        if (tokens.put(id, reason) == null) {
            write();
        }
    }

    synchronized void remove(TokenId id) {
        if (tokens.remove(id) != null) {
            write();
        }
    }

    private void write() {
        var text = new StringBuilder();
        tokens.forEach((id, reason) -> text.append(reason.name()).append(' ').append(encode(id.manufacturer())).append(' ')
                .append(encode(id.model())).append(' ').append(encode(id.serial())).append('\n'));
        var aside = file.resolveSibling("quarantine.new");
        try {
            Files.writeString(aside, text);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.error(file + ": " + e.getMessage() + "; a restart of the service would set the token free");
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
