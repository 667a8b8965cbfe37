// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/** Follows consumed blocks through a token's own list of what it answered: each answer in order, and once. */
public final class AnswerLog {
    private static final int ANSWER = 32;

    private final Supplier<List<String>> list;
    private List<String> answers = List.of();
    private int position;

    public AnswerLog(Token token) {
        this(token::hashes);
    }

    /** @param list gives the SHA-256 hashes of a token's answers so far, in order */
    AnswerLog(Supplier<List<String>> list) {
        this.list = list;
    }

    /**
     * Finds every 32 bytes of a block behind those found before.
     *
     * @return whether all were there
     */
    public boolean follows(byte[] block) {
        for (int at = 0; at < block.length; at += ANSWER) {
            int found = find(sha256(Arrays.copyOfRange(block, at, Math.min(at + ANSWER, block.length))));
            if (found < 0) {
                return false;
            }
            position = found + 1;
        }
        return true;
    }

    private int find(String hash) {
        for (int pass = 0; pass < 2; pass++) {
            for (int i = position; i < answers.size(); i++) {
                if (answers.get(i).equals(hash)) {
                    return i;
                }
            }
            answers = list.get();
        }
        return -1;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
