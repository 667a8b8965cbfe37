// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers the questions of {@code gpg --card-edit} by their keyword on gpg's status channel. */
final class GnuPgConversation {
    private static final String QUESTION = "[GNUPG:] GET_";

    private final Map<String, Deque<String>> answers = new HashMap<>();

    /** The answers to a keyword, one for each time it is asked; after the last an empty line is given. */
    GnuPgConversation answer(String keyword, String... texts) {
        answers.put(keyword, new ArrayDeque<>(List.of(texts)));
        return this;
    }

    /** Everything gpg said. */
    String run(HostPcscd pcscd, Path home) throws IOException, InterruptedException {
        ProcessBuilder builder = pcscd.command(
                        "timeout", "120", "gpg", "--no-tty", "--expert", "--pinentry-mode", "loopback",
                        "--command-fd", "0", "--status-fd", "1", "--card-edit")
                .redirectErrorStream(true);
        builder.environment().put("GNUPGHOME", home.toString());
        Process gpg = builder.start();
        var said = new StringBuilder();
        String asked = "";
        try (var in = new BufferedReader(new InputStreamReader(gpg.getInputStream(), StandardCharsets.UTF_8));
                var out = new OutputStreamWriter(gpg.getOutputStream(), StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                said.append(line).append('\n');
                int at = line.indexOf(QUESTION);
                if (at >= 0) {
                    String keyword = line.substring(at).split(" ")[2];
                    String answer = keyword.equals("passphrase.enter") ? pin(asked) : next(keyword);
                    asked = keyword;
                    said.append("-> ").append(answer).append('\n');
                    out.write(answer + "\n");
                    out.flush();
                }
            }
        }
        gpg.waitFor();
        return said.toString();
    }

    /** gpg asks for the admin's PIN first of all after these questions, and for the user's later. */
    private static String pin(String askedBefore) {
        return switch (askedBefore) {
            case "cardedit.genkeys.backup_enc", "cardedit.genkeys.size", "keygen.curve" -> "12345678";
            default -> "123456";
        };
    }

    private String next(String keyword) {
        Deque<String> left = answers.getOrDefault(keyword, new ArrayDeque<>());
        return left.isEmpty() ? "" : left.remove();
    }
}
