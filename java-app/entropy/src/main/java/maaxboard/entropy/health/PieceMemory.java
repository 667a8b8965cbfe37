// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What all tokens have given lately, to find a piece that comes again, from the same token or from another. A piece is 32
 * bytes, aligned in its unit; of each, 64 bits of a keyed hash are kept, the last 65,536 per token (2 MiB of its output).
 *
 * <p>False alarms on good bytes, a window of 512 bytes: 16 pieces against 65,536 hashes of a token, 2^-64 each, make 2^-44
 * per token, so 2^-40 with up to 16 tokens.
 *
 * <p>One for the whole process; safe for use by several threads.
 */
public final class PieceMemory {
    static final int PIECE = 32;

    private final PieceHash hash;
    private final Map<TokenHealth, PieceHistory> histories = new LinkedHashMap<>();

    /** The key only keeps a token from aiming at collisions, which would harm no one but itself. */
    public PieceMemory() {
        hash = new PieceHash(System.nanoTime() ^ System.currentTimeMillis());
    }

    /** A token that is gone for good: its history is given up. */
    public synchronized void forget(TokenHealth token) {
        histories.remove(token);
    }

    /**
     * Takes the unit into the token's history.
     *
     * @param words the unit as {@link UnitWords} has it
     * @return null if every piece is new; the token itself if it has repeated one; else the token that had one first
     */
    synchronized TokenHealth firstGivenBy(TokenHealth token, long[] words) {
        PieceHistory own = histories.computeIfAbsent(token, unused -> new PieceHistory());
        TokenHealth earlier = null;
        for (int from = 0; from < words.length; from += PIECE / Long.BYTES) {
            long piece = hash.hash(words, from);
            if (earlier == null) {
                earlier = holder(piece, token, own);
            }
            own.add(piece);
        }
        return earlier;
    }

    private TokenHealth holder(long piece, TokenHealth token, PieceHistory own) {
        if (histories.size() > 1) {
            for (var other : histories.entrySet()) {
                if (other.getKey() != token && other.getValue().contains(piece)) {
                    return other.getKey();
                }
            }
        }
        return own.contains(piece) ? token : null;
    }
}
