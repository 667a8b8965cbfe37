// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import maaxboard.entropy.health.HealthPolicy;
import maaxboard.entropy.health.PieceMemory;
import maaxboard.entropy.health.TokenHealth;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.TokenInfo;
import maaxboard.entropy.source.Loss;

/**
 * What the daemon knows of one token, for as long as the process lives, wherever the token is plugged. The fields are
 * written by the thread of its module and read by the others.
 */
final class TokenEntry {
    /** Units that one read fetches at most: 2,560 bytes, one C_GenerateRandom of the default block. */
    static final int MOST_AHEAD = 5;
    private static final long DAY = 24 * 3_600_000_000_000L;

    final TokenId id;
    /** What slots carry as their source. */
    final int index;
    final TokenHealth health;
    final HeldBack heldBack = new HeldBack();
    /** Claimed min-entropy, bits a byte. */
    final double claimed;

    volatile TokenInfo info;
    volatile long slot;
    /** Null while a session is open. */
    volatile Loss loss = Loss.NO_TOKEN;
    /** Milliseconds since 1970, as {@link #lastErrorAt}. */
    volatile long since = System.currentTimeMillis();
    volatile String lastError;
    volatile long lastErrorAt;
    volatile long bytesRead;
    volatile long bytesPublished;
    volatile long errorsRecovered;
    volatile boolean troubled;
    /** The module that the token was last reached through. */
    volatile String module;
    /** A call into that module does not return: nothing can be had from this token meanwhile. */
    volatile boolean hung;
    volatile boolean testPending;
    volatile boolean budgetSpent;
    /** Another entry has taken this one's place. */
    volatile boolean replaced;
    /** How often it was read since it was opened. Belongs to the module's thread. */
    int reads;
    /** Null unless the token has raised the alarm. Belongs to the module's thread. */
    LongTest longTest;
    private long budgetStart = System.nanoTime();
    private long budgetUsed;

    TokenEntry(TokenId id, int index, HealthPolicy policy, PieceMemory memory) {
        this.id = id;
        this.index = index;
        claimed = policy.minEntropy();
        health = new TokenHealth(policy, memory);
    }

    boolean open() {
        return loss == null;
    }

    /** Whether its bytes may be published now. */
    boolean serves() {
        return open() && !budgetSpent && !hung && health.status().state() == TokenHealth.State.SERVING;
    }

    boolean quarantined() {
        return health.status().state() == TokenHealth.State.QUARANTINED;
    }

    void error(String what) {
        lastErrorAt = System.currentTimeMillis(); // first: who sees the text looks at the time
        lastError = what;
    }

    /** Counts bytes against the budget of 24 hours. */
    void spend(int bytes, long budget) {
        bytesRead += bytes;
        budgetUsed += bytes;
        budgetSpent = budget > 0 && budgetUsed + bytes > budget;
    }

    /** How many of so many units the budget has room for; one at least, while it is not spent. */
    int affords(int units, int unitBytes, long budget) {
        return budget == 0 ? units : Math.clamp((budget - budgetUsed) / unitBytes, Math.min(1, units), units);
    }

    /** Units of the next read while it serves: few at first, so that the first bytes come soon. */
    int readAhead() {
        return reads < 3 ? 1 : Math.min(MOST_AHEAD, 2 * (reads - 2));
    }

    /** Begins the next 24 hours if they are due. */
    void renewBudget(long now) {
        if (now - budgetStart >= DAY) {
            budgetStart = now;
            budgetUsed = 0;
            budgetSpent = false;
        }
    }

    String name() {
        return info == null ? "token " + id.serial() : "token " + id.serial() + " (" + info.label() + ")";
    }
}
