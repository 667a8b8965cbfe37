// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import maaxboard.entropy.health.Answer;
import maaxboard.entropy.pkcs11.ModuleException;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.entropy.pkcs11.Session;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.Trace;

/**
 * All wanted tokens of one module, as streams of units that survive unplugging, a dead pcscd and errors. One thread
 * drives it: OpenSC takes one lock for every call, so a thread per token would only queue up at that lock.
 *
 * <p>{@link #step} does one piece of work and says when there is more. What an error means for the session, and when it
 * is tried again, stands in {@link #failed}.
 */
public final class ModuleSource {
    private static final long MILLI = 1_000_000;
    /** How often the slots are looked at while all is well: new tokens, and tokens that went while nobody read. */
    private static final long SCAN_EVERY = 3_000 * MILLI;
    private static final int ERRORS_BEFORE_REOPEN = 3;
    private static final int EMPTY_SCANS_BEFORE_RESTART = 2;

    private final Path path;
    private final String initArgs;
    private final Selection selection;
    private final PinSource pinSource;
    private final int blockBytes;
    private final int unitBytes;
    private final Sink sink;
    private final LongSupplier clock;
    private final Map<TokenId, Stream> streams = new LinkedHashMap<>();
    private final Backoff moduleBackoff = new Backoff(250, 2_000);
    private final Backoff scanBackoff = new Backoff(250, 1_000);
    /** When a module that has shown no slot since it was initialised is started anew. */
    private final Backoff blankBackoff = new Backoff(2_000, 30_000);
    /**
     * When a module without a token is started anew: what is below it may have been, unseen, and then OpenSC lists no token
     * for good, without an error.
     */
    private final Backoff absentBackoff = new Backoff(10_000, 600_000);
    /** The pcscd that there was at C_Initialize. */
    private String pcscd = "";
    private Trace trace;
    private volatile Pkcs11Module module;
    private volatile Thread sleeper;
    private boolean initialized;
    private boolean suspect;
    private int emptyScans;
    private long scannedAt;
    private boolean scanned;
    private List<Long> servedSlots = List.of();
    private boolean inTrouble;

    /** One token: its session while there is one. */
    private static final class Stream {
        private final Backoff errors = new Backoff(250, 5_000);
        private final Backoff opening = new Backoff(250, 5_000);
        private Session session;
        private boolean unusable;
        /** It has given bytes: then an answer that it cannot is a passing fault of the card, not its nature. */
        private boolean served;
        private Loss loss;
    }

    /**
     * @param initArgs pReserved of C_Initialize, or null
     * @param pinSource for modules that want a login, or null
     * @param blockBytes how many bytes one C_GenerateRandom asks for at most, 16 to {@link Session#MAX_REQUEST}: a part of a
     *     unit, or whole ones
     * @param unitBytes how many bytes the sink judges together
     * @param clock nanoseconds, as System::nanoTime
     */
    public ModuleSource(Path path, String initArgs, Selection selection, PinSource pinSource, int blockBytes, int unitBytes,
            Sink sink, LongSupplier clock) {
        this.path = path;
        this.initArgs = initArgs;
        this.selection = selection;
        this.pinSource = pinSource;
        this.blockBytes = blockBytes;
        this.unitBytes = unitBytes;
        this.sink = sink;
        this.clock = clock;
    }

    public Path path() {
        return path;
    }

    /** @param trace is told of every call into the module */
    public void trace(Trace trace) {
        this.trace = trace;
    }

    /** The call into the module that is under way now, or null. May be asked by any thread. */
    public Pkcs11Module.Call currentCall() {
        var loaded = module;
        return loaded == null ? null : loaded.currentCall();
    }

    /** Ends a {@link #sleep}, now or the next. May be called by any thread. */
    public void wake() {
        LockSupport.unpark(sleeper);
    }

    /** Sleeps until {@link #wake} or for {@code nanos}. For the driving thread. */
    public void sleep(long nanos) {
        sleeper = Thread.currentThread();
        LockSupport.parkNanos(this, nanos);
    }

    /**
     * Does what is due: initialises the module, looks at the slots, reads from each token the units that are wanted.
     *
     * @return nanoseconds until something may be due again; 0: at once
     */
    public long step() {
        if (!initialized && !initialize()) {
            return Math.max(MILLI, moduleBackoff.left(clock.getAsLong()));
        }
        if (scanDue()) {
            scan();
            if (!initialized) {
                return 0;
            }
        }
        boolean read = false;
        for (var entry : streams.entrySet()) { // Reading neither adds a stream nor takes one away.
            var stream = entry.getValue();
            if (stream.session != null && stream.errors.due(clock.getAsLong())) {
                int units = sink.wanted(entry.getKey());
                if (units > 0) {
                    read(entry.getKey(), stream, units * unitBytes);
                    read = true;
                }
            }
        }
        return read ? 0 : Math.max(MILLI, untilScan());
    }

    private boolean initialize() {
        if (!moduleBackoff.due(clock.getAsLong())) {
            return false;
        }
        try {
            if (module == null) {
                module = Pkcs11Module.load(path);
                module.trace(trace);
            }
            pcscd = PcscDaemon.instance();
            module.initialize(initArgs);
            initialized = true;
            suspect = false;
            emptyScans = 0;
            scanned = false;
            scanBackoff.succeeded();
            blankBackoff.failed(clock.getAsLong());
            return true;
        } catch (ModuleException | Pkcs11Exception e) {
            trouble(Loss.NO_MODULE, e.getMessage());
            moduleBackoff.failed(clock.getAsLong());
            return false;
        }
    }

    private void trouble(Loss loss, String what) {
        inTrouble = true;
        sink.moduleTrouble(loss, what);
    }

    private boolean allServed() {
        for (var stream : streams.values()) { // No stream of the JDK's: before each read it would be fifty calls.
            if (stream.session == null && !stream.unusable) {
                return false;
            }
        }
        return !streams.isEmpty();
    }

    private boolean scanDue() {
        return untilScan() == 0;
    }

    private long untilScan() {
        long now = clock.getAsLong();
        if (!scanned) {
            return 0;
        }
        if (allServed()) {
            return Math.max(0, scannedAt + SCAN_EVERY - now);
        }
        return scanBackoff.left(now);
    }

    /** Looks at the slots: opens what is new or back, closes what is gone. */
    private void scan() {
        List<Selection.Candidate> candidates;
        boolean blank;
        try {
            if (scanned && !inTrouble && !suspect && allServed() && module.slotCount(true) == servedSlots.size()) {
                // To ask each token who it is takes commands on its card. One that was exchanged meanwhile has lost its session.
                scannedAt = clock.getAsLong();
                return;
            }
            var slots = module.slots(true);
            candidates = Selection.candidates(module, slots);
            servedSlots = slots;
            blank = blank(candidates);
        } catch (Pkcs11Exception e) {
            trouble(Loss.PCSCD_GONE, e.getMessage());
            restart();
            return;
        }
        if (blank) {
            restart();
            return;
        }
        scannedAt = clock.getAsLong();
        scanned = true;
        var chosen = selection.choose(candidates);
        for (var entry : streams.entrySet()) {
            var stream = entry.getValue();
            if (!chosen.containsKey(entry.getKey())) {
                stream.unusable = false;
                stream.opening.succeeded();
                close(entry.getKey(), stream, Loss.TOKEN_REMOVED, "token is no longer in a slot");
                blamePcscd(entry.getKey(), stream);
            }
        }
        if (!chosen.keySet().containsAll(streams.keySet()) && !PcscDaemon.instance().equals(pcscd)) {
            trouble(Loss.PCSCD_GONE, "pcscd has been started anew");
            restart();
            return;
        }
        if (longAbsent(chosen.isEmpty())) {
            restart();
            return;
        }
        chosen.forEach((id, candidate) -> open(id, candidate));
        if (chosen.isEmpty() && suspect && ++emptyScans >= EMPTY_SCANS_BEFORE_RESTART) {
            restart();
            return;
        }
        if (inTrouble && (!suspect || !chosen.isEmpty())) {
            inTrouble = false;
            suspect = false;
            moduleBackoff.succeeded();
            sink.moduleWorks();
        } else if (!inTrouble) {
            moduleBackoff.succeeded();
            sink.moduleWorks();
        }
        if (allServed()) {
            scanBackoff.succeeded();
        } else {
            scanBackoff.failed(scannedAt);
        }
    }

    /**
     * Whether the module has no slot at all and had none since C_Initialize, for long enough. p11-kit's client, without
     * a server then, stays so for good; for OpenSC without a reader it makes no difference.
     */
    private boolean blank(List<Selection.Candidate> candidates) throws Pkcs11Exception {
        if (!candidates.isEmpty()) {
            blankBackoff.succeeded();
        }
        return blankBackoff.failures() > 0 && blankBackoff.due(clock.getAsLong()) && module.slots(false).isEmpty();
    }

    /** Whether a module that has had a token has none for so long now that it is started anew. */
    private boolean longAbsent(boolean absent) {
        if (!absent || streams.isEmpty()) {
            absentBackoff.succeeded();
            return false;
        }
        boolean due = absentBackoff.failures() > 0 && absentBackoff.due(scannedAt);
        if (due || absentBackoff.failures() == 0) {
            absentBackoff.failed(scannedAt);
        }
        return due;
    }

    /** After CKR_GENERAL_ERROR: whether it is pcscd or the token that is missing may show only now. */
    private void blamePcscd(TokenId id, Stream stream) {
        if (suspect || stream.loss == Loss.PCSCD_GONE) {
            boolean answers = PcscDaemon.answers();
            if (answers && stream.loss == Loss.PCSCD_GONE) {
                lost(id, stream, Loss.TOKEN_REMOVED, "pcscd answers again, the token is in no slot");
            } else if (!answers && stream.loss != Loss.PCSCD_GONE) {
                lost(id, stream, Loss.PCSCD_GONE, "pcscd does not answer");
            }
        }
    }

    private void open(TokenId id, Selection.Candidate candidate) {
        var stream = streams.computeIfAbsent(id, unused -> new Stream());
        if (stream.session != null || stream.unusable || !stream.opening.due(clock.getAsLong())) {
            return;
        }
        try {
            var session = module.openSession(candidate.slot());
            try {
                if (pinSource != null && candidate.token().loginRequired()) {
                    login(session);
                }
            } catch (Pkcs11Exception | IOException e) {
                session.close();
                throw e;
            }
            stream.session = session;
            stream.errors.succeeded();
            sink.opened(id, candidate.slot(), candidate.token());
        } catch (IOException e) {
            stream.opening.failed(clock.getAsLong());
            lost(id, stream, Loss.TOKEN_ERROR, e.getMessage() + "; trying again");
        } catch (Pkcs11Exception e) {
            stream.opening.failed(clock.getAsLong());
            // A wrong PIN counts a try on the token: it is never given twice.
            stream.unusable = e.returnValue() >= ReturnValue.PIN_INCORRECT && e.returnValue() <= ReturnValue.PIN_LOCKED;
            lost(id, stream, stream.unusable ? Loss.UNUSABLE : Loss.TOKEN_ERROR, e.getMessage()
                    + (stream.unusable ? "; not tried again until the token is replugged" : "; trying again"));
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

    private void read(TokenId id, Stream stream, int length) {
        var units = new byte[length];
        var answers = new ArrayList<Answer>();
        try {
            for (int at = 0; at < length; ) {
                int asked = blockBytes < unitBytes ? Math.min(blockBytes, unitBytes - at % unitBytes)
                        : Math.min(blockBytes / unitBytes * unitBytes, length - at);
                long since = System.nanoTime();
                stream.session.generateRandom(units, at, asked);
                answers.add(new Answer(asked, asked, System.nanoTime() - since));
                at += asked;
            }
        } catch (Pkcs11Exception e) {
            Arrays.fill(units, (byte) 0);
            failed(id, stream, e);
            return;
        }
        stream.served = true;
        stream.errors.succeeded();
        stream.opening.succeeded();
        sink.read(id, units, answers);
    }

    /** What an error of C_GenerateRandom means. */
    private void failed(TokenId id, Stream stream, Pkcs11Exception error) {
        long rv = error.returnValue();
        String what = error.getMessage();
        if (rv == ReturnValue.DEVICE_REMOVED || rv == ReturnValue.TOKEN_NOT_PRESENT
                || rv == ReturnValue.TOKEN_NOT_RECOGNIZED || rv == ReturnValue.SESSION_HANDLE_INVALID
                || rv == ReturnValue.SESSION_CLOSED || rv == ReturnValue.SLOT_ID_INVALID) {
            close(id, stream, Loss.TOKEN_REMOVED, what + "; waiting for the token");
        } else if (rv == ReturnValue.GENERAL_ERROR || rv == ReturnValue.CRYPTOKI_NOT_INITIALIZED) {
            suspect = true;
            boolean pcscd = PcscDaemon.answers();
            close(id, stream, pcscd ? Loss.TOKEN_ERROR : Loss.PCSCD_GONE,
                    what + (pcscd ? "; looking for the token" : "; pcscd does not answer, waiting for it"));
        } else if (stream.served && (rv == ReturnValue.USER_NOT_LOGGED_IN
                || rv == ReturnValue.FUNCTION_NOT_SUPPORTED || rv == ReturnValue.RANDOM_NO_RNG)) {
            close(id, stream, Loss.TOKEN_ERROR, what + "; it has served without, opening a new session");
        } else if (rv == ReturnValue.FUNCTION_NOT_SUPPORTED || rv == ReturnValue.RANDOM_NO_RNG) {
            stream.unusable = true;
            close(id, stream, Loss.UNUSABLE, what + "; the token has no random generator and is left alone");
        } else if (rv == ReturnValue.USER_NOT_LOGGED_IN) {
            stream.unusable = true;
            close(id, stream, Loss.UNUSABLE, what + "; the token wants a login: set pin-source");
        } else if (rv == ReturnValue.DATA_INVALID) {
            stream.errors.failed(clock.getAsLong());
            sink.implausible(id);
        } else {
            stream.errors.failed(clock.getAsLong());
            if (stream.errors.failures() >= ERRORS_BEFORE_REOPEN) {
                close(id, stream, Loss.TOKEN_ERROR, what + "; opening a new session");
            } else {
                sink.retrying(id, what + "; trying again in "
                        + stream.errors.left(clock.getAsLong()) / MILLI + " ms");
            }
        }
    }

    private void close(TokenId id, Stream stream, Loss loss, String what) {
        if (stream.session == null) {
            return;
        }
        closeQuietly(stream);
        // The next look comes after the first delay: at once, a token that is going still seems to be there.
        stream.opening.failed(clock.getAsLong());
        scanBackoff.succeeded();
        scanBackoff.failed(clock.getAsLong());
        lost(id, stream, loss, what);
    }

    private void lost(TokenId id, Stream stream, Loss loss, String what) {
        stream.loss = loss;
        sink.lost(id, loss, what);
    }

    private static void closeQuietly(Stream stream) {
        if (stream.session != null) {
            try {
                stream.session.close();
            } catch (Pkcs11Exception e) {
                // The session was lost already; there is nothing more to undo.
            }
            stream.session = null;
        }
    }

    /** C_Finalize; the next step initialises anew after a delay. */
    private void restart() {
        streams.forEach((id, stream) -> close(id, stream, Loss.PCSCD_GONE, "module is started anew"));
        terminate();
        moduleBackoff.failed(clock.getAsLong());
    }

    private void terminate() {
        if (initialized) {
            initialized = false;
            try {
                module.terminate();
            } catch (Pkcs11Exception e) {
                // Nothing depends on the module's last word.
            }
        }
    }

    /** Closes the sessions and finalises the module; the source may be stepped again afterwards. */
    public void close() {
        streams.values().forEach(ModuleSource::closeQuietly);
        streams.clear();
        terminate();
    }
}
