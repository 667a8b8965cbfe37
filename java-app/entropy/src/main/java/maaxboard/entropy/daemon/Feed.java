// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.Arrays;
import java.util.List;
import maaxboard.entropy.health.Answer;
import maaxboard.entropy.health.TokenHealth;
import maaxboard.entropy.health.Verdict;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.TokenInfo;
import maaxboard.entropy.source.Loss;
import maaxboard.entropy.source.Sink;

/** Stands between one module's tokens and the region: judges every unit and lets on only what passes. */
final class Feed implements Sink {
    private final String module;
    private final Configuration configuration;
    private final TokenBook book;
    private final Outlet outlet;
    private final RegionPump pump;
    private final Log log;
    private String lastTrouble;
    private TokenId lastId;
    private TokenEntry last;

    Feed(String module, Configuration configuration, TokenBook book, Outlet outlet, RegionPump pump, Log log) {
        this.module = module;
        this.configuration = configuration;
        this.book = book;
        this.outlet = outlet;
        this.pump = pump;
        this.log = log;
    }

    /** Mostly the one that was asked for last; looking it up takes some forty calls. Only for the module's thread. */
    private TokenEntry entry(TokenId id) {
        if (id != lastId || last.replaced) {
            last = book.entry(id, configuration);
            lastId = id;
        }
        return last;
    }

    @Override
    public int wanted(TokenId token) {
        var entry = entry(token);
        if (!owns(entry)) {
            return 0;
        }
        entry.renewBudget(System.nanoTime());
        applyLongTest(entry);
        if (entry.budgetSpent) {
            return 0;
        }
        int units = switch (entry.health.status().state()) {
            case STARTUP -> startUpUnits();
            case SERVING -> entry.testPending ? startUpUnits() : outlet.wanted(entry, entry.readAhead());
            case ALARMED -> entry.longTest.collects(System.nanoTime()) ? startUpUnits() : 0;
            case QUARANTINED -> 0;
        };
        return entry.affords(units, configuration.health().unitBytes(), configuration.byteBudget());
    }

    private int startUpUnits() {
        return Math.max(1, TokenHealth.STARTUP_SAMPLES / configuration.health().unitBytes());
    }

    /** A token that two modules reach is read through one of them; the other takes over when that one has lost it. */
    private boolean owns(TokenEntry entry) {
        synchronized (entry) {
            if (module.equals(entry.module)) {
                return true;
            }
            if (entry.open()) {
                return false;
            }
            entry.module = module;
            entry.loss = null;
        }
        begin(entry);
        return true;
    }

    /** What comes next is a new stream: a start-up test. */
    private void begin(TokenEntry entry) {
        entry.since = System.currentTimeMillis();
        entry.reads = 0;
        entry.health.requestStartUp();
        entry.testPending = !entry.quarantined();
        log.info(entry.name() + ": in slot 0x" + Long.toHexString(entry.slot)
                + (entry.quarantined() ? ", quarantined" : ", start-up test"));
        pump.wake();
    }

    private void applyLongTest(TokenEntry entry) {
        if (entry.longTest == null || entry.longTest.outcome() == LongTest.Outcome.RUNNING) {
            return;
        }
        boolean passed = entry.longTest.outcome() == LongTest.Outcome.PASSED;
        entry.longTest = null;
        if (passed) {
            entry.health.longTestPassed();
            book.released(entry);
            log.info(entry.name() + ": start-up test");
        } else {
            entry.health.longTestFailed();
            quarantined(entry, entry.health.status().reason().text());
        }
        pump.wake();
    }

    private void quarantined(TokenEntry entry, String why) {
        entry.longTest = null;
        entry.error(why);
        log.error(entry.name() + ": quarantined: " + why + "; see 'entropy clear'");
        for (var other : book.quarantined(entry)) {
            pump.dropHeldBack(other);
            other.error(other.health.status().reason().text());
            log.error(other.name() + ": quarantined: " + other.lastError + "; see 'entropy clear'");
        }
    }

    @Override
    public void read(TokenId token, byte[] units, List<Answer> answers) {
        var entry = entry(token);
        int length = configuration.health().unitBytes();
        int next = 0;
        int begins = 0;
        for (int at = 0; at < units.length; at += length) {
            int first = next;
            while (begins < at + length && next < answers.size()) {
                begins += answers.get(next++).got();
            }
            unit(entry, Arrays.copyOfRange(units, at, at + length), first == next ? List.of()
                    : next - first == answers.size() ? answers : answers.subList(first, next));
        }
        Wipe.zero(units);
        entry.reads++;
        pump.wake();
    }

    /** @param answers those that begin in this unit */
    private void unit(TokenEntry entry, byte[] unit, List<Answer> answers) {
        if (entry.quarantined()) { // by the unit before it
            pump.discarded(unit.length);
            Wipe.zero(unit);
            return;
        }
        entry.spend(unit.length, configuration.byteBudget());
        if (entry.budgetSpent) {
            log.warning(entry.name() + ": its " + configuration.byteBudget() + " bytes of 24 hours are spent");
        }
        if (entry.troubled) {
            entry.troubled = false;
            entry.errorsRecovered++;
            pump.recovered();
            log.info(entry.name() + ": serves again");
        }
        var before = entry.health.status().state();
        var verdict = entry.health.judge(unit, answers);
        entry.testPending = false;
        // No switch: one over patterns is put together anew at every start.
        if (verdict instanceof Verdict.Publish) {
            byte[] on = entry.heldBack.pass(unit, entry.health.heldBack());
            if (on.length > 0) {
                outlet.accept(entry, on);
            }
            if (entry.budgetSpent) {
                pump.dropHeldBack(entry); // the next unit comes in hours
            }
            return;
        }
        if (verdict instanceof Verdict.Drop(var reason)) {
            if (entry.longTest != null) {
                entry.longTest.add(unit);
            } else if (reason != maaxboard.entropy.health.Reason.STARTING) {
                pump.discarded(unit.length);
                log.warning(entry.name() + ": " + unit.length + " bytes dropped: " + reason.text());
            }
        } else if (verdict instanceof Verdict.Alarm(var reason)) {
            pump.discarded(unit.length);
            entry.error(reason.text());
            log.error(entry.name() + ": alarm: " + reason.text() + "; it serves no longer, the long test begins");
            entry.longTest = new LongTest(entry.name(), entry.claimed,
                    configuration.longTestSeconds(), System.nanoTime(), log);
            book.quarantined(entry); // a restart before the long test has ended leaves it quarantined
        } else if (verdict instanceof Verdict.Quarantine(var reason)) {
            pump.discarded(unit.length);
            quarantined(entry, reason.text());
        }
        Wipe.zero(unit);
        pump.dropHeldBack(entry);
        if (before != TokenHealth.State.SERVING && entry.health.status().state() == TokenHealth.State.SERVING) {
            log.info(entry.name() + ": start-up test passed");
        }
    }

    @Override
    public void implausible(TokenId token) {
        var entry = entry(token);
        entry.health.quarantined(maaxboard.entropy.health.Reason.IMPLAUSIBLE);
        pump.dropHeldBack(entry);
        quarantined(entry, "the module says that the answer is none (CKR_DATA_INVALID)");
        pump.wake();
    }

    @Override
    public void opened(TokenId token, long slot, TokenInfo info) {
        var entry = entry(token);
        synchronized (entry) {
            if (entry.open() && entry.module != null && !entry.module.equals(module)) {
                log.info(entry.name() + ": reached through " + entry.module + " already, not through " + module);
                return;
            }
            entry.info = info;
            entry.slot = slot;
            entry.module = module;
            entry.loss = null;
        }
        begin(entry);
    }

    @Override
    public void lost(TokenId token, Loss loss, String what) {
        var entry = entry(token);
        boolean news;
        synchronized (entry) {
            if (entry.open() && !module.equals(entry.module)) {
                return;
            }
            news = entry.loss != loss;
            entry.loss = loss;
        }
        pump.dropHeldBack(entry);
        entry.error(what);
        entry.troubled = true;
        if (news) {
            entry.since = System.currentTimeMillis();
            log.warning(entry.name() + ": " + what);
        } else {
            log.debug(entry.name() + ": " + what);
        }
        pump.wake();
    }

    @Override
    public void retrying(TokenId token, String what) {
        var entry = entry(token);
        entry.error(what);
        if (entry.troubled) {
            log.debug(entry.name() + ": " + what);
        } else {
            entry.troubled = true;
            log.warning(entry.name() + ": " + what);
        }
    }

    @Override
    public void moduleTrouble(Loss loss, String what) {
        book.moduleTrouble(module, loss);
        if (!what.equals(lastTrouble)) {
            lastTrouble = what;
            log.warning("module " + module + ": " + what + "; trying again");
        }
        pump.wake();
    }

    @Override
    public void moduleWorks() {
        book.moduleWorks(module);
        if (lastTrouble != null) {
            lastTrouble = null;
            log.info("module " + module + ": works again");
            pump.wake();
        }
    }
}
