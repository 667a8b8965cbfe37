// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.source.Selection;

/** What a {@link ModuleProbe} has found, as checks. */
final class ModuleChecks {
    private static final String BELOW = "mend what is below first";

    private ModuleChecks() {
    }

    static List<Check> of(ModuleProbe probe) {
        var checks = new ArrayList<Check>();
        checks.add(module(probe));
        checks.add(slots(probe));
        checks.add(tokens(probe));
        checks.add(generator(probe));
        checks.add(trial(probe));
        return checks;
    }

    private static Check module(ModuleProbe probe) {
        if (probe.loadFailure() != null) {
            return Check.notOk("module", probe.loadFailure(), "see 'module' in /etc/maaxboard-entropy.conf");
        }
        if (probe.info() == null) {
            return Check.notOk("module", probe.path() + ": " + why(probe), "start pcscd anew, replug the token");
        }
        return Check.ok("module", probe.path() + ": " + probe.info().description() + " " + probe.info().library() + ", "
                + probe.info().manufacturer());
    }

    private static Check slots(ModuleProbe probe) {
        if (probe.slots() < 0) {
            return Check.notOk("slots", probe.loadFailure() != null ? "the module does not work" : why(probe), BELOW);
        }
        if (probe.slots() == 0) {
            return Check.notOk("slots", "none", probe.usesPcsc() ? "pcscd shows no reader: " + BELOW
                    : "see the module's own configuration");
        }
        return Check.ok("slots", probe.slots() + ", " + probe.candidates().size() + " with a token");
    }

    private static Check tokens(ModuleProbe probe) {
        if (probe.candidates().isEmpty()) {
            return Check.notOk("tokens", "none", "plug a token in; if it is in, " + BELOW
                    + "; a card the module has no driver for shows none either (opensc.conf, card_drivers)");
        }
        return Check.ok("tokens", Doctor.list(probe.candidates().stream().map(ModuleChecks::name).toList()));
    }

    private static Check generator(ModuleProbe probe) {
        if (!probe.chosen().isEmpty()) {
            return Check.ok("rng-flag", Doctor.list(probe.chosen().values().stream().map(ModuleChecks::name).toList()));
        }
        if (probe.candidates().isEmpty()) {
            return Check.notOk("rng-flag", "no token to look at", BELOW);
        }
        if (probe.candidates().stream().noneMatch(candidate -> candidate.token().hasRng())) {
            return Check.notOk("rng-flag", "no token has a random generator (CKF_RNG)",
                    "use another token, or a newer module: OpenSC before 0.26 cannot use a Nitrokey Start");
        }
        return Check.notOk("rng-flag", "no token with a random generator fits the selection",
                "see slot, slot-index, token-label, serial and uri in /etc/maaxboard-entropy.conf");
    }

    private static Check trial(ModuleProbe probe) {
        if (!probe.withTrial()) {
            return Check.ok("trial", "left out: pkcs11-spy would print the bytes");
        }
        for (var trial : probe.trials()) {
            if (trial.failure() != null) {
                return Check.notOk("trial", name(trial.token()) + ": " + trial.failure(),
                        "replug the token; see pin-source if it wants a login, --trace for the calls");
            }
        }
        if (probe.trials().size() < probe.chosen().size() || probe.trials().isEmpty()) {
            return Check.notOk("trial", probe.hung() != null ? why(probe) : "no token to try",
                    probe.hung() != null ? "replug the token, start pcscd anew" : BELOW);
        }
        return Check.ok("trial", Doctor.list(probe.trials().stream()
                .map(trial -> "32 bytes of " + name(trial.token()) + " in " + trial.nanos() / 1_000_000 + " ms").toList()));
    }

    private static String why(ModuleProbe probe) {
        return probe.slotFailure() != null ? probe.slotFailure() : probe.hung() != null ? probe.hung() : "no answer";
    }

    private static String name(Selection.Candidate candidate) {
        var label = candidate.token().label();
        return (label.isEmpty() ? "token without label" : label) + " (serial " + candidate.token().serial() + ", slot 0x"
                + Long.toHexString(candidate.slot()) + ")";
    }
}
