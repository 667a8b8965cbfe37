// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.pkcs11.ModuleException;
import maaxboard.entropy.pkcs11.ModuleInfo;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.Session;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.Trace;
import maaxboard.entropy.source.PinSource;
import maaxboard.entropy.source.Selection;

/** Loads one module, looks at its slots and tries its tokens, in a thread of its own: a call may hang. */
final class ModuleProbe {
    private static final int TRIAL_BYTES = 32;
    private static final Path OWN_MAPPINGS = Path.of("/proc/self/maps");

    private final Path path;
    private final String initArgs;
    private final Selection selection;
    private final PinSource pinSource;
    private final Trace trace;
    private final boolean withTrial;

    private volatile Pkcs11Module module;
    private volatile String loadFailure;
    private volatile ModuleInfo info;
    private volatile boolean usesPcsc = true;
    private volatile int slots = -1;
    private volatile String slotFailure;
    private volatile List<Selection.Candidate> candidates = List.of();
    private volatile Map<TokenId, Selection.Candidate> chosen = Map.of();
    private volatile List<Trial> trials = List.of();
    private volatile String hung;

    /**
     * What a token answered to a request for 32 bytes.
     *
     * @param failure null if the answer was good
     */
    record Trial(Selection.Candidate token, long nanos, String failure) {
    }

    /** @param withTrial whether tokens are asked for bytes; if not, they are not logged in to either */
    ModuleProbe(Path path, String initArgs, Selection selection, PinSource pinSource, Trace trace, boolean withTrial) {
        this.path = path;
        this.initArgs = initArgs;
        this.selection = selection;
        this.pinSource = pinSource;
        this.trace = trace;
        this.withTrial = withTrial;
    }

    /** Probes, for at most that long. */
    ModuleProbe run(Duration patience) throws InterruptedException {
        var thread = Thread.ofPlatform().daemon().name("probe").start(this::probe);
        if (!thread.join(patience)) {
            var loaded = module;
            var call = loaded == null ? null : loaded.currentCall();
            hung = (call == null ? "loading" : call.text()) + " has not returned for " + patience.toSeconds() + " s";
        }
        return this;
    }

    private void probe() {
        try {
            var loaded = Pkcs11Module.load(path);
            loaded.trace(trace);
            module = loaded;
            loaded.initialize(initArgs);
        } catch (ModuleException | Pkcs11Exception e) {
            loadFailure = e.getMessage();
            return;
        }
        try {
            info = module.info();
            int count = module.slots(false).size();
            usesPcsc = pcscLibraryLoaded();
            candidates = Selection.candidates(module);
            chosen = selection.choose(candidates);
            slots = count;
            if (withTrial) {
                var done = new ArrayList<Trial>();
                for (var token : chosen.values()) {
                    done.add(tryOut(token));
                    trials = List.copyOf(done);
                }
            }
        } catch (Pkcs11Exception e) {
            slotFailure = e.getMessage();
            usesPcsc = pcscLibraryLoaded();
        } finally {
            finish();
        }
    }

    private void finish() {
        try {
            module.terminate();
        } catch (Pkcs11Exception e) {
            // What there was to learn has been learnt.
        }
    }

    /** OpenSC and its like load libpcsclite when they first look for readers. */
    private static boolean pcscLibraryLoaded() {
        try (var lines = Files.lines(OWN_MAPPINGS)) {
            return lines.anyMatch(line -> line.contains("/libpcsclite"));
        } catch (IOException e) {
            return true;
        }
    }

    private Trial tryOut(Selection.Candidate token) {
        var bytes = new byte[TRIAL_BYTES];
        long since = System.nanoTime();
        try (var session = module.openSession(token.slot())) {
            if (pinSource != null && token.token().loginRequired()) {
                login(session);
            }
            since = System.nanoTime();
            session.generateRandom(bytes, 0, bytes.length);
            long nanos = System.nanoTime() - since;
            return new Trial(token, nanos, constant(bytes) ? "answered " + TRIAL_BYTES + " equal bytes" : null);
        } catch (Pkcs11Exception | IOException e) {
            return new Trial(token, System.nanoTime() - since, e.getMessage());
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private void login(Session session) throws IOException, Pkcs11Exception {
        var pin = pinSource.read();
        try {
            session.login(pin);
        } finally {
            Arrays.fill(pin, (byte) 0);
        }
    }

    private static boolean constant(byte[] bytes) {
        for (byte b : bytes) {
            if (b != bytes[0]) {
                return false;
            }
        }
        return true;
    }

    Path path() {
        return path;
    }

    /** Why the module cannot be loaded or initialised; null if it can. */
    String loadFailure() {
        return loadFailure;
    }

    ModuleInfo info() {
        return info;
    }

    /** Whether it reaches its tokens through pcscd; true while that is not known. */
    boolean usesPcsc() {
        return usesPcsc;
    }

    /** All slots; -1 if they could not be listed. */
    int slots() {
        return slots;
    }

    String slotFailure() {
        return slotFailure;
    }

    List<Selection.Candidate> candidates() {
        return candidates;
    }

    Map<TokenId, Selection.Candidate> chosen() {
        return chosen;
    }

    List<Trial> trials() {
        return trials;
    }

    boolean withTrial() {
        return withTrial;
    }

    /** What has not returned in time; null if all has. */
    String hung() {
        return hung;
    }
}
