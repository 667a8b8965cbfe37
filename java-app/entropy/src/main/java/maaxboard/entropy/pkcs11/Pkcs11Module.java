// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import maaxboard.entropy.memory.NativeCall;
import maaxboard.entropy.memory.NativeMemory;

/**
 * A PKCS#11 module, loaded and driven as it is. It is for one thread at a time; the module is initialised with
 * CKF_OS_LOCKING_OK all the same, because it may have threads of its own.
 *
 * <p>A module stays loaded until the process ends: libraries below it (libpcsclite, OpenSSL) do not survive dlclose.
 */
public final class Pkcs11Module {
    private static final int RTLD_NOW = 2;
    /**
     * One module at a time is initialised or finalised in a process: a module that stands for others (p11-kit-proxy) drives
     * the same libraries, and those do not survive two C_Initialize at once (SoftHSM2 2.6 ends in a signal).
     */
    private static final ReentrantLock TURN = new ReentrantLock();
    /** Who has waited so long for its turn goes on without: a call that never returns must not hold up the other modules. */
    private static final int TURN_SECONDS = 5;

    private final Path path;
    private final ByteBuffer functions;
    private final MemorySegment generateRandom;
    /** What C_GetSlotList counts: it is called over and over. */
    private final NativeMemory count = NativeMemory.of(Arena.global(), Cryptoki.ULONG);
    private Trace trace;
    /** How many calls have begun or ended: odd while one is under way. */
    private volatile long passages;
    private String passing;
    private long seenPassage;
    private long seenAt;

    /** A call that is under way: what, and since when it is known to be, by {@link System#nanoTime}. */
    public record Call(String text, long since) {
    }

    private Pkcs11Module(Path path, ByteBuffer functions) {
        this.path = path;
        this.functions = functions;
        this.generateRandom = function(Cryptoki.FunctionList.C_GENERATE_RANDOM);
    }

    /**
     * Loads the shared library; it is not initialised yet.
     *
     * @throws ModuleException if there is no such file, it cannot be loaded, or it is no PKCS#11 module of version 2
     */
    public static Pkcs11Module load(Path path) throws ModuleException {
        if (!Files.isRegularFile(path)) {
            throw new ModuleException("module " + path + ": no such file; expected a PKCS#11 module such as opensc-pkcs11.so");
        }
        try (var arena = Arena.ofConfined()) {
            var dlopen = NativeCall.function("dlopen");
            var dlsym = NativeCall.function("dlsym");
            var dlerror = NativeCall.function("dlerror");
            // What an earlier call left behind is none of ours.
            invoke(dlerror, 0, 0, 0, 0, 0);
            long library = invoke(dlopen, NativeMemory.text(arena, path.toString()).address(), RTLD_NOW, 0, 0, 0);
            if (library == 0) {
                long why = invoke(dlerror, 0, 0, 0, 0, 0);
                throw new ModuleException("module " + path + ": cannot be loaded: "
                        + (why == 0 ? "no reason is known" : MemorySegment.ofAddress(why).reinterpret(4096).getString(0)));
            }
            var getFunctionList = MemorySegment.ofAddress(
                    invoke(dlsym, library, NativeMemory.text(arena, "C_GetFunctionList").address(), 0, 0, 0));
            if (getFunctionList.address() == 0) {
                throw new ModuleException("module " + path + ": no PKCS#11 module: it has no C_GetFunctionList");
            }
            var pointer = NativeMemory.of(arena, Cryptoki.ULONG);
            long rv = invoke(getFunctionList, pointer.address(), 0, 0, 0, 0);
            if (rv != ReturnValue.OK) {
                throw new ModuleException("module " + path + ": C_GetFunctionList: " + ReturnValue.text(rv));
            }
            var list = NativeMemory.at(pointer.bytes().getLong(0), Cryptoki.FunctionList.SIZE);
            if (list.get(0) != 2) {
                throw new ModuleException("module " + path + ": function list of version " + list.get(0)
                        + "; expected version 2");
            }
            return new Pkcs11Module(path, list);
        }
    }

    private static long invoke(MemorySegment function, long a, long b, long c, long d, long e) {
        return NativeCall.call(function, a, b, c, d, e, 0);
    }

    public Path path() {
        return path;
    }

    /** @param trace is told of every call from now on; null: none */
    public void trace(Trace trace) {
        this.trace = trace;
    }

    /**
     * The call that is under way now, or null. May be asked by any thread; since when is counted from the first question
     * that met this call, so a watchdog asks again and again: the calls themselves read no clock.
     */
    public synchronized Call currentCall() {
        long passage = passages;
        if (passage % 2 == 0) {
            return null;
        }
        if (passage != seenPassage) {
            seenPassage = passage;
            seenAt = System.nanoTime();
        }
        return new Call(passing, seenAt);
    }

    private void begin(String text) {
        passing = text;
        passages = passages + 1;
    }

    private void end() {
        passages = passages + 1;
    }

    /** A function of the module's list, for one that wants more arguments than {@link #call} takes. */
    public MemorySegment function(int offset) {
        return MemorySegment.ofAddress(functions.getLong(offset));
    }

    /** Tells the trace of a call of {@link #function} that has returned. */
    public void called(String text, long rv, long nanos) {
        if (trace != null) {
            trace.called(text, rv, nanos);
        }
    }

    /**
     * Calls, traces, and returns the return value. Addresses must stay good until it has returned.
     *
     * @param text names the call for people; no PIN, no random byte
     * @param function where CK_FUNCTION_LIST holds it
     */
    public long call(String text, int function, long a, long b, long c, long d, long e) {
        long since = trace == null ? 0 : System.nanoTime();
        begin(text);
        long rv;
        try {
            rv = invoke(function(function), a, b, c, d, e);
        } finally {
            end();
        }
        if (trace != null) {
            trace.called(text, rv, System.nanoTime() - since);
        }
        return rv;
    }

    private void check(String text, int function, long a, long b) throws Pkcs11Exception {
        check(text, call(text, function, a, b, 0, 0, 0));
    }

    private static void check(String text, long rv) throws Pkcs11Exception {
        if (rv != ReturnValue.OK) {
            throw new Pkcs11Exception(text, rv);
        }
    }

    /**
     * C_Initialize.
     *
     * @param reserved the string some modules want as pReserved (NSS: its parameters); null for most
     */
    public void initialize(String reserved) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var args = NativeMemory.of(arena, Cryptoki.InitializeArgs.SIZE);
            args.bytes().putLong(Cryptoki.InitializeArgs.FLAGS, Cryptoki.InitializeArgs.OS_LOCKING_OK);
            if (reserved != null) {
                args.bytes().putLong(Cryptoki.InitializeArgs.RESERVED, NativeMemory.text(arena, reserved).address());
            }
            String text = "C_Initialize(CKF_OS_LOCKING_OK)";
            long rv = callInTurn(text, Cryptoki.FunctionList.C_INITIALIZE, args.address());
            if (rv != ReturnValue.OK && rv != ReturnValue.CRYPTOKI_ALREADY_INITIALIZED) {
                throw new Pkcs11Exception(text, rv);
            }
        }
    }

    /** C_Finalize. All sessions are gone afterwards. */
    public void terminate() throws Pkcs11Exception {
        String text = "C_Finalize()";
        check(text, callInTurn(text, Cryptoki.FunctionList.C_FINALIZE, 0));
    }

    private long callInTurn(String text, int function, long a) {
        boolean turn = false;
        try {
            turn = TURN.tryLock(TURN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            return call(text, function, a, 0, 0, 0, 0);
        } finally {
            if (turn) {
                TURN.unlock();
            }
        }
    }

    /** C_GetInfo. */
    public ModuleInfo info() throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var info = NativeMemory.of(arena, Cryptoki.Info.SIZE);
            check("C_GetInfo()", Cryptoki.FunctionList.C_GET_INFO, info.address(), 0);
            return new ModuleInfo(version(info.bytes(), Cryptoki.Info.VERSION), text(info.bytes(), Cryptoki.Info.MANUFACTURER, 32),
                    text(info.bytes(), Cryptoki.Info.DESCRIPTION, 32), version(info.bytes(), Cryptoki.Info.LIBRARY_VERSION));
        }
    }

    /**
     * C_GetSlotList. It asks for the count first: only then does OpenSC look for new readers and tokens.
     *
     * @param tokenPresent only slots with a token in them
     */
    public List<Long> slots(boolean tokenPresent) throws Pkcs11Exception {
        while (true) {
            int room = slotCount(tokenPresent);
            if (room == 0) {
                return List.of();
            }
            try (var arena = Arena.ofConfined()) {
                var ids = NativeMemory.of(arena, Cryptoki.ULONG * room);
                long rv = slotList(tokenPresent, ids.address());
                if (rv == ReturnValue.BUFFER_TOO_SMALL) {
                    continue; // a token came between the two calls
                }
                check(slotListText(tokenPresent), rv);
                var slots = new ArrayList<Long>();
                for (int i = 0; i < count.bytes().getLong(0); i++) {
                    slots.add(ids.bytes().getLong(Cryptoki.ULONG * i));
                }
                return slots;
            }
        }
    }

    /**
     * How many there are: C_GetSlotList without a buffer.
     *
     * @param tokenPresent only slots with a token in them
     */
    public int slotCount(boolean tokenPresent) throws Pkcs11Exception {
        check(slotListText(tokenPresent), slotList(tokenPresent, 0));
        return Math.toIntExact(count.bytes().getLong(0));
    }

    private long slotList(boolean tokenPresent, long ids) {
        return call(slotListText(tokenPresent), Cryptoki.FunctionList.C_GET_SLOT_LIST,
                tokenPresent ? Cryptoki.CK_TRUE : Cryptoki.CK_FALSE, ids, count.address(), 0, 0);
    }

    private static String slotListText(boolean tokenPresent) {
        return tokenPresent ? "C_GetSlotList(with token)" : "C_GetSlotList(all)";
    }

    /** C_GetSlotInfo. */
    public SlotInfo slotInfo(long slot) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var info = NativeMemory.of(arena, Cryptoki.Slot.SIZE);
            check("C_GetSlotInfo(" + slot(slot) + ")", Cryptoki.FunctionList.C_GET_SLOT_INFO, slot, info.address());
            return new SlotInfo(slot, text(info.bytes(), Cryptoki.Slot.DESCRIPTION, 64),
                    text(info.bytes(), Cryptoki.Slot.MANUFACTURER, 32), info.bytes().getLong(Cryptoki.Slot.FLAGS));
        }
    }

    /** C_GetTokenInfo. */
    public TokenInfo tokenInfo(long slot) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var info = NativeMemory.of(arena, Cryptoki.Token.SIZE);
            check("C_GetTokenInfo(" + slot(slot) + ")", Cryptoki.FunctionList.C_GET_TOKEN_INFO, slot, info.address());
            return new TokenInfo(text(info.bytes(), Cryptoki.Token.LABEL, 32), text(info.bytes(), Cryptoki.Token.MANUFACTURER, 32),
                    text(info.bytes(), Cryptoki.Token.MODEL, 16), text(info.bytes(), Cryptoki.Token.SERIAL, 16),
                    info.bytes().getLong(Cryptoki.Token.FLAGS), info.bytes().getLong(Cryptoki.Token.MIN_PIN),
                    info.bytes().getLong(Cryptoki.Token.MAX_PIN), version(info.bytes(), Cryptoki.Token.HARDWARE),
                    version(info.bytes(), Cryptoki.Token.FIRMWARE));
        }
    }

    /** C_OpenSession, read-only and serial. */
    public Session openSession(long slot) throws Pkcs11Exception {
        String text = "C_OpenSession(" + slot(slot) + ")";
        try (var arena = Arena.ofConfined()) {
            var handle = NativeMemory.of(arena, Cryptoki.ULONG);
            check(text, call(text, Cryptoki.FunctionList.C_OPEN_SESSION, slot, Cryptoki.CKF_SERIAL_SESSION, 0, 0,
                    handle.address()));
            return new Session(this, slot, handle.bytes().getLong(0));
        }
    }

    void closeSession(long session) throws Pkcs11Exception {
        check("C_CloseSession(session 0x" + Long.toHexString(session) + ")", Cryptoki.FunctionList.C_CLOSE_SESSION,
                session, 0);
    }

    /** @param pin UTF-8; the native copy is wiped, the caller's is the caller's to wipe */
    void login(long session, byte[] pin) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var copy = NativeMemory.of(arena, Math.max(1, pin.length));
            copy.bytes().put(0, pin);
            String text = "C_Login(session 0x" + Long.toHexString(session) + ", CKU_USER)";
            try {
                long rv = call(text, Cryptoki.FunctionList.C_LOGIN, session, Cryptoki.CKU_USER, copy.address(),
                        pin.length, 0);
                if (rv != ReturnValue.OK && rv != ReturnValue.USER_ALREADY_LOGGED_IN) {
                    throw new Pkcs11Exception(text, rv);
                }
            } finally {
                copy.bytes().put(0, new byte[pin.length]);
            }
        }
    }

    /** The hot path: no allocation, no clock but for a trace. */
    void generateRandom(Session session, long address, long length) throws Pkcs11Exception {
        long since = trace == null ? 0 : System.nanoTime();
        begin("C_GenerateRandom");
        long rv;
        try {
            rv = invoke(generateRandom, session.handle(), address, length, 0, 0);
        } finally {
            end();
        }
        if (rv != ReturnValue.OK || trace != null) {
            generated(session, length, rv, since);
        }
    }

    private void generated(Session session, long length, long rv, long since) throws Pkcs11Exception {
        String text = "C_GenerateRandom(" + slot(session.slot()) + ", session 0x" + Long.toHexString(session.handle())
                + ", " + length + " bytes)";
        if (trace != null) {
            trace.called(text, rv, System.nanoTime() - since);
        }
        if (rv != ReturnValue.OK) {
            throw new Pkcs11Exception(text, rv);
        }
    }

    private static String slot(long slot) {
        return "slot 0x" + Long.toHexString(slot);
    }

    private static String text(ByteBuffer struct, int offset, int length) {
        var bytes = new byte[length];
        struct.get(offset, bytes);
        int end = 0;
        for (int i = 0; i < length && bytes[i] != 0; i++) {
            if (bytes[i] != ' ') {
                end = i + 1;
            }
        }
        // A token says what it likes: its text must not end a line of the log or move a terminal's cursor.
        var text = new StringBuilder(new String(bytes, 0, end, StandardCharsets.UTF_8));
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                text.setCharAt(i, '?');
            }
        }
        return text.toString();
    }

    private static Version version(ByteBuffer struct, int offset) {
        return new Version(struct.get(offset) & 0xff, struct.get(offset + 1) & 0xff);
    }
}
