// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A PKCS#11 module, loaded and driven as it is. It is for one thread at a time; the module is initialised with
 * CKF_OS_LOCKING_OK all the same, because it may have threads of its own.
 *
 * <p>A module stays loaded until the process ends: libraries below it (libpcsclite, OpenSSL) do not survive dlclose.
 */
public final class Pkcs11Module {
    private static final ValueLayout.OfLong ULONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final FunctionDescriptor POINTER = FunctionDescriptor.of(ULONG, ValueLayout.ADDRESS);
    private static final FunctionDescriptor ID_POINTER = FunctionDescriptor.of(ULONG, ULONG, ValueLayout.ADDRESS);
    private static final int RTLD_NOW = 2;

    private final Path path;
    private final MemorySegment functions;
    private final MemorySegment generateRandom;
    private Trace trace;
    /** How many calls have begun or ended: odd while one is under way. */
    private volatile long passages;
    private String passing;
    private long seenPassage;
    private long seenAt;

    // Made when first needed: a one-shot command links only what it calls.
    private MethodHandle getSlotList;
    private MethodHandle getSlotInfo;
    private MethodHandle getTokenInfo;

    /** A call that is under way: what, and since when it is known to be, by {@link System#nanoTime}. */
    public record Call(String text, long since) {
    }

    private Pkcs11Module(Path path, MemorySegment functions) {
        this.path = path;
        this.functions = functions;
        this.generateRandom = functions.get(ValueLayout.ADDRESS, Cryptoki.FunctionList.C_GENERATE_RANDOM);
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
            var linker = Linker.nativeLinker();
            var symbols = linker.defaultLookup();
            var dlopen = linker.downcallHandle(symbols.findOrThrow("dlopen"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            var dlsym = linker.downcallHandle(symbols.findOrThrow("dlsym"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            var dlerror = linker.downcallHandle(symbols.findOrThrow("dlerror"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS));
            // Called before dlopen too: linking it later would look symbols up, which forgets the reason.
            var unused = (MemorySegment) dlerror.invokeExact();
            var library = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(path.toString()), RTLD_NOW);
            if (library.address() == 0) {
                var why = (MemorySegment) dlerror.invokeExact();
                throw new ModuleException("module " + path + ": cannot be loaded: "
                        + (why.address() == 0 ? "no reason is known" : why.reinterpret(4096).getString(0)));
            }
            var getFunctionList = (MemorySegment) dlsym.invokeExact(library, arena.allocateFrom("C_GetFunctionList"));
            if (getFunctionList.address() == 0) {
                throw new ModuleException("module " + path + ": no PKCS#11 module: it has no C_GetFunctionList");
            }
            var pointer = arena.allocate(ValueLayout.ADDRESS);
            long rv = (long) linker.downcallHandle(getFunctionList, POINTER).invokeExact(pointer);
            if (rv != ReturnValue.OK) {
                throw new ModuleException("module " + path + ": C_GetFunctionList: " + ReturnValue.text(rv));
            }
            var list = pointer.get(ValueLayout.ADDRESS, 0).reinterpret(Cryptoki.FunctionList.SIZE);
            if (list.get(BYTE, 0) != 2) {
                throw new ModuleException("module " + path + ": function list of version " + list.get(BYTE, 0)
                        + "; expected version 2");
            }
            return new Pkcs11Module(path, list);
        } catch (ModuleException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
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

    @FunctionalInterface
    private interface Invocation {
        long invoke() throws Throwable;
    }

    /** Calls, traces, and returns the return value; {@code text} names the call for people. */
    private long call(String text, Invocation invocation) {
        long since = System.nanoTime();
        begin(text);
        try {
            long rv = invocation.invoke();
            if (trace != null) {
                trace.called(text, rv, System.nanoTime() - since);
            }
            return rv;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            end();
        }
    }

    private void check(String text, Invocation invocation) throws Pkcs11Exception {
        long rv = call(text, invocation);
        if (rv != ReturnValue.OK) {
            throw new Pkcs11Exception(text, rv);
        }
    }

    private MethodHandle function(int offset, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(functions.get(ValueLayout.ADDRESS, offset), type);
    }

    /**
     * C_Initialize.
     *
     * @param reserved the string some modules want as pReserved (NSS: its parameters); null for most
     */
    public void initialize(String reserved) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var args = arena.allocate(Cryptoki.InitializeArgs.SIZE, Cryptoki.ULONG);
            args.set(ULONG, Cryptoki.InitializeArgs.FLAGS, Cryptoki.InitializeArgs.OS_LOCKING_OK);
            if (reserved != null) {
                args.set(ValueLayout.ADDRESS, Cryptoki.InitializeArgs.RESERVED, arena.allocateFrom(reserved));
            }
            var initialize = function(Cryptoki.FunctionList.C_INITIALIZE, POINTER);
            String text = "C_Initialize(CKF_OS_LOCKING_OK)";
            long rv = call(text, () -> (long) initialize.invokeExact(args));
            if (rv != ReturnValue.OK && rv != ReturnValue.CRYPTOKI_ALREADY_INITIALIZED) {
                throw new Pkcs11Exception(text, rv);
            }
        }
    }

    /** C_Finalize. All sessions are gone afterwards. */
    public void terminate() throws Pkcs11Exception {
        var function = function(Cryptoki.FunctionList.C_FINALIZE, POINTER);
        check("C_Finalize()", () -> (long) function.invokeExact(MemorySegment.NULL));
    }

    /** C_GetInfo. */
    public ModuleInfo info() throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(Cryptoki.Info.SIZE, Cryptoki.ULONG);
            var function = function(Cryptoki.FunctionList.C_GET_INFO, POINTER);
            check("C_GetInfo()", () -> (long) function.invokeExact(info));
            return new ModuleInfo(version(info, Cryptoki.Info.VERSION), text(info, Cryptoki.Info.MANUFACTURER, 32),
                    text(info, Cryptoki.Info.DESCRIPTION, 32), version(info, Cryptoki.Info.LIBRARY_VERSION));
        }
    }

    /**
     * C_GetSlotList. It asks for the count first: only then does OpenSC look for new readers and tokens.
     *
     * @param tokenPresent only slots with a token in them
     */
    public List<Long> slots(boolean tokenPresent) throws Pkcs11Exception {
        if (getSlotList == null) {
            getSlotList = function(Cryptoki.FunctionList.C_GET_SLOT_LIST,
                    FunctionDescriptor.of(ULONG, BYTE, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        }
        byte present = tokenPresent ? Cryptoki.CK_TRUE : Cryptoki.CK_FALSE;
        String text = "C_GetSlotList(" + (tokenPresent ? "with token" : "all") + ")";
        try (var arena = Arena.ofConfined()) {
            var count = arena.allocate(ULONG);
            while (true) {
                check(text, () -> (long) getSlotList.invokeExact(present, MemorySegment.NULL, count));
                long room = count.get(ULONG, 0);
                if (room == 0) {
                    return List.of();
                }
                var ids = arena.allocate(ULONG, room);
                long rv = call(text, () -> (long) getSlotList.invokeExact(present, ids, count));
                if (rv == ReturnValue.BUFFER_TOO_SMALL) {
                    continue; // a token came between the two calls
                }
                if (rv != ReturnValue.OK) {
                    throw new Pkcs11Exception(text, rv);
                }
                var slots = new ArrayList<Long>();
                for (long i = 0; i < count.get(ULONG, 0); i++) {
                    slots.add(ids.getAtIndex(ULONG, i));
                }
                return slots;
            }
        }
    }

    /** C_GetSlotInfo. */
    public SlotInfo slotInfo(long slot) throws Pkcs11Exception {
        if (getSlotInfo == null) {
            getSlotInfo = function(Cryptoki.FunctionList.C_GET_SLOT_INFO, ID_POINTER);
        }
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(Cryptoki.Slot.SIZE, Cryptoki.ULONG);
            check("C_GetSlotInfo(" + slot(slot) + ")", () -> (long) getSlotInfo.invokeExact(slot, info));
            return new SlotInfo(slot, text(info, Cryptoki.Slot.DESCRIPTION, 64),
                    text(info, Cryptoki.Slot.MANUFACTURER, 32), info.get(ULONG, Cryptoki.Slot.FLAGS));
        }
    }

    /** C_GetTokenInfo. */
    public TokenInfo tokenInfo(long slot) throws Pkcs11Exception {
        if (getTokenInfo == null) {
            getTokenInfo = function(Cryptoki.FunctionList.C_GET_TOKEN_INFO, ID_POINTER);
        }
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(Cryptoki.Token.SIZE, Cryptoki.ULONG);
            check("C_GetTokenInfo(" + slot(slot) + ")", () -> (long) getTokenInfo.invokeExact(slot, info));
            return new TokenInfo(text(info, Cryptoki.Token.LABEL, 32), text(info, Cryptoki.Token.MANUFACTURER, 32),
                    text(info, Cryptoki.Token.MODEL, 16), text(info, Cryptoki.Token.SERIAL, 16),
                    info.get(ULONG, Cryptoki.Token.FLAGS), info.get(ULONG, Cryptoki.Token.MIN_PIN),
                    info.get(ULONG, Cryptoki.Token.MAX_PIN), version(info, Cryptoki.Token.HARDWARE),
                    version(info, Cryptoki.Token.FIRMWARE));
        }
    }

    /** C_OpenSession, read-only and serial. */
    public Session openSession(long slot) throws Pkcs11Exception {
        var function = function(Cryptoki.FunctionList.C_OPEN_SESSION, FunctionDescriptor.of(ULONG, ULONG, ULONG,
                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var handle = arena.allocate(ULONG);
            check("C_OpenSession(" + slot(slot) + ")", () -> (long) function.invokeExact(slot,
                    Cryptoki.CKF_SERIAL_SESSION, MemorySegment.NULL, MemorySegment.NULL, handle));
            return new Session(this, slot, handle.get(ULONG, 0));
        }
    }

    void closeSession(long session) throws Pkcs11Exception {
        var function = function(Cryptoki.FunctionList.C_CLOSE_SESSION, FunctionDescriptor.of(ULONG, ULONG));
        check("C_CloseSession(session 0x" + Long.toHexString(session) + ")", () -> (long) function.invokeExact(session));
    }

    /** @param pin UTF-8; the native copy is wiped, the caller's is the caller's to wipe */
    void login(long session, byte[] pin) throws Pkcs11Exception {
        var function = function(Cryptoki.FunctionList.C_LOGIN,
                FunctionDescriptor.of(ULONG, ULONG, ULONG, ValueLayout.ADDRESS, ULONG));
        try (var arena = Arena.ofConfined()) {
            var copy = arena.allocate(Math.max(1, pin.length));
            MemorySegment.copy(pin, 0, copy, BYTE, 0, pin.length);
            String text = "C_Login(session 0x" + Long.toHexString(session) + ", CKU_USER)";
            try {
                long rv = call(text, () -> (long) function.invokeExact(session, Cryptoki.CKU_USER, copy,
                        (long) pin.length));
                if (rv != ReturnValue.OK && rv != ReturnValue.USER_ALREADY_LOGGED_IN) {
                    throw new Pkcs11Exception(text, rv);
                }
            } finally {
                copy.fill((byte) 0);
            }
        }
    }

    /**
     * The hot path: no allocation, no clock but for a trace. The buffer goes as a plain address: as a segment its arena
     * would be locked and unlocked around the call.
     */
    void generateRandom(Session session, long address, long length) throws Pkcs11Exception {
        long since = trace == null ? 0 : System.nanoTime();
        begin("C_GenerateRandom");
        long rv;
        try {
            rv = (long) GenerateRandom.CALL.invokeExact(generateRandom, session.handle(), address, length);
        } catch (Throwable e) {
            throw new AssertionError(e);
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

    /** A constant handle, which compilers see through; linked at the first use. */
    private static final class GenerateRandom {
        static final MethodHandle CALL = Linker.nativeLinker()
                .downcallHandle(FunctionDescriptor.of(ULONG, ULONG, ULONG, ULONG));
    }

    private static String slot(long slot) {
        return "slot 0x" + Long.toHexString(slot);
    }

    private static String text(MemorySegment struct, int offset, int length) {
        var bytes = struct.asSlice(offset, length).toArray(BYTE);
        int end = 0;
        for (int i = 0; i < length && bytes[i] != 0; i++) {
            if (bytes[i] != ' ') {
                end = i + 1;
            }
        }
        // A token says what it likes: its text must not end a line of the log or move a terminal's cursor.
        return new String(bytes, 0, end, StandardCharsets.UTF_8).replaceAll("\\p{Cc}", "?");
    }

    private static Version version(MemorySegment struct, int offset) {
        return new Version(struct.get(BYTE, offset) & 0xff, struct.get(BYTE, offset + 1) & 0xff);
    }
}
