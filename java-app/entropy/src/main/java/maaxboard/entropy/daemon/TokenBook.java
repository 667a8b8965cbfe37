// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.health.PieceMemory;
import maaxboard.entropy.health.TokenHealth;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.State;
import maaxboard.entropy.source.Loss;

/** All tokens ever seen by this process, and what follows from them for the region's state. Safe for several threads. */
final class TokenBook {
    private final Map<TokenId, TokenEntry> entries = new LinkedHashMap<>();
    private final Map<String, Loss> moduleTroubles = new LinkedHashMap<>();
    private final PieceMemory memory = new PieceMemory();
    private final Quarantine quarantine;

    TokenBook(Quarantine quarantine) {
        this.quarantine = quarantine;
    }

    /** State and reason as the header shows them. */
    record Condition(State state, Reason reason) {
        /** Whether bytes may be published. */
        boolean publishes() {
            return state == State.OK || state == State.DEGRADED;
        }

        // Written out, as in TokenId.

        @Override
        public boolean equals(Object other) {
            return other instanceof Condition condition && state == condition.state && reason == condition.reason;
        }

        @Override
        public int hashCode() {
            return 31 * state.hashCode() + reason.hashCode();
        }
    }

    synchronized TokenEntry entry(TokenId id, Configuration configuration) {
        return entries.computeIfAbsent(id, unused -> {
            var entry = new TokenEntry(id, entries.size(), configuration.healthOf(id.serial()), memory);
            var reason = quarantine.reason(id);
            if (reason != null) {
                entry.health.quarantined(reason);
            }
            return entry;
        });
    }

    synchronized List<TokenEntry> all() {
        return new ArrayList<>(entries.values());
    }

    synchronized void moduleTrouble(String module, Loss loss) {
        moduleTroubles.put(module, loss);
    }

    synchronized void moduleWorks(String module) {
        moduleTroubles.remove(module);
    }

    /** A call into that module does not return, or has returned at last. */
    void moduleHangs(String module, boolean hangs) {
        for (var entry : all()) {
            if (module.equals(entry.module)) {
                entry.hung = hangs;
            }
        }
    }

    /** The tokens of that serial number. */
    List<TokenEntry> withSerial(String serial) {
        return all().stream().filter(entry -> entry.id.serial().equals(serial)).toList();
    }

    /**
     * Notes which tokens are quarantined, so that no restart sets them free: this one, and any it was found alike with.
     *
     * @return the others
     */
    List<TokenEntry> quarantined(TokenEntry entry) {
        var others = new ArrayList<TokenEntry>();
        for (var token : all()) {
            if (token.quarantined() && quarantine.reason(token.id) == null) {
                quarantine.add(token.id, token.health.status().reason());
                if (token != entry) {
                    others.add(token);
                }
            }
        }
        return others;
    }

    /** The sources are stopped and others begin: a token that they do not find is not there. */
    void sourcesStopped() {
        for (var entry : all()) {
            synchronized (entry) {
                if (entry.open()) {
                    entry.loss = Loss.NO_TOKEN;
                }
            }
        }
    }

    /** The long test was passed. */
    void released(TokenEntry entry) {
        quarantine.remove(entry.id);
    }

    /** Forgets what a token has shown: it begins anew, as if never seen. */
    synchronized void clear(TokenEntry entry, Configuration configuration) {
        var fresh = new TokenEntry(entry.id, entry.index, configuration.healthOf(entry.id.serial()), memory);
        memory.forget(entry.health);
        quarantine.remove(entry.id);
        fresh.info = entry.info;
        fresh.slot = entry.slot;
        fresh.loss = entry.loss;
        fresh.module = entry.module;
        entries.put(entry.id, fresh);
        entry.replaced = true;
    }

    /** @param minTokens good tokens without which nothing is published */
    synchronized Condition condition(int minTokens) {
        int serving = 0;
        int starting = 0;
        Reason ill = null;
        Reason lost = null;
        for (var entry : entries.values()) {
            var health = entry.health.status();
            if (health.state() == TokenHealth.State.QUARANTINED
                    || health.state() == TokenHealth.State.ALARMED && entry.open()) {
                ill = health.reason() == null ? Reason.IMPLAUSIBLE_ANSWER : Reason.of(health.reason().code());
            } else if (!entry.open()) {
                lost = reason(entry.loss);
            } else if (entry.budgetSpent || entry.hung) {
                lost = Reason.NO_TOKEN;
            } else if (health.state() == TokenHealth.State.STARTUP || entry.testPending) {
                starting++;
            } else {
                serving++;
            }
        }
        if (serving >= minTokens) {
            if (ill != null || lost != null) {
                return new Condition(State.DEGRADED, ill != null ? ill : lost);
            }
            return new Condition(State.OK, Reason.NONE);
        }
        if (serving + starting >= minTokens) {
            return new Condition(State.STARTUP, Reason.STARTING);
        }
        if (ill != null) {
            return new Condition(State.FAILED, serving > 0 ? Reason.FEWER_THAN_MIN_TOKENS : ill);
        }
        if (serving + starting > 0) {
            return new Condition(State.WAITING, Reason.FEWER_THAN_MIN_TOKENS);
        }
        if (lost != null) {
            return new Condition(State.WAITING, lost);
        }
        for (var trouble : moduleTroubles.values()) {
            return new Condition(State.WAITING, reason(trouble));
        }
        return new Condition(State.WAITING, Reason.NO_TOKEN);
    }

    private static Reason reason(Loss loss) {
        return switch (loss) {
            case NO_MODULE -> Reason.NO_MODULE;
            case NO_TOKEN, UNUSABLE -> Reason.NO_TOKEN;
            case TOKEN_REMOVED, TOKEN_ERROR -> Reason.TOKEN_REMOVED;
            case PCSCD_GONE -> Reason.PCSCD_GONE;
        };
    }
}
