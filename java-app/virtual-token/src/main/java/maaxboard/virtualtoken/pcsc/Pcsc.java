// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.pcsc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A connection to this host's pcscd: what a relay needs of libpcsclite, one method a function. LP64 Linux only: DWORD and
 * LONG have 8 bytes there.
 */
final class Pcsc implements AutoCloseable {
    private static final String LIBRARY = "libpcsclite.so.1";
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final FunctionDescriptor FOUR_WORDS = FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG);

    private static final long SCOPE_SYSTEM = 2;
    private static final long SHARE_EXCLUSIVE = 1;
    private static final long PROTOCOL_T0 = 1;
    private static final long PROTOCOL_T1 = 2;
    private static final long LEAVE_CARD = 0;
    private static final long RESET_CARD = 1;
    private static final long STATE_PRESENT = 0x20;
    private static final long STATE_UNRESPONSIVE = 0x200;

    /** SCARD_READERSTATE: name, user data, current state, event state, ATR's length, ATR (33 bytes), padded. */
    private static final long READER_STATE_BYTES = 80;
    private static final long CURRENT_STATE = 16;
    private static final long EVENT_STATE = 24;
    private static final long ATR_LENGTH = 32;
    private static final long ATR = 40;
    private static final int LONGEST_ATR = 33;
    /** An extended answer and its status word. */
    private static final int LONGEST_ANSWER = 65_538;

    /** The functions, found when the first connection is made. */
    private static final class Functions {
        private static final SymbolLookup SYMBOLS = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        static final MethodHandle ESTABLISH = function("SCardEstablishContext", FOUR_WORDS);
        static final MethodHandle RELEASE = function("SCardReleaseContext", FunctionDescriptor.of(LONG, LONG));
        static final MethodHandle LIST_READERS = function("SCardListReaders", FOUR_WORDS);
        static final MethodHandle STATUS_CHANGE = function("SCardGetStatusChange", FOUR_WORDS);
        static final MethodHandle CONNECT =
                function("SCardConnect", FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG));
        static final MethodHandle RECONNECT =
                function("SCardReconnect", FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG));
        static final MethodHandle DISCONNECT = function("SCardDisconnect", FunctionDescriptor.of(LONG, LONG, LONG));
        static final MethodHandle TRANSMIT =
                function("SCardTransmit", FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG));

        private static MethodHandle function(String name, FunctionDescriptor type) {
            return Linker.nativeLinker().downcallHandle(SYMBOLS.findOrThrow(name), type);
        }
    }

    /**
     * A reader at one moment.
     *
     * @param atr answer to reset of the card in it; empty: there is none
     * @param event what {@link #awaitChange} wants to be given to wait for the next change
     */
    record Reader(String name, byte[] atr, long event) {
        boolean hasCard() {
            return atr.length > 0;
        }
    }

    @FunctionalInterface
    private interface Call {
        long invoke() throws Throwable;
    }

    private final long context;

    /**
     * Connects.
     *
     * @throws PcscException if pcscd does not answer
     * @throws IllegalStateException if libpcsclite is not there
     */
    Pcsc() throws PcscException {
        try (var arena = Arena.ofConfined()) {
            var place = arena.allocate(LONG);
            check("SCardEstablishContext", () -> (long) functions().invokeExact(SCOPE_SYSTEM, 0L, 0L, place.address()));
            context = place.get(LONG, 0);
        }
    }

    private static MethodHandle functions() {
        try {
            return Functions.ESTABLISH;
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            throw new IllegalStateException(LIBRARY + " is missing: install libpcsclite1", e);
        }
    }

    private static int result(Call call) {
        try {
            return (int) call.invoke();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void check(String tried, Call call) throws PcscException {
        int code = result(call);
        if (code != 0) {
            throw new PcscException(tried, code);
        }
    }

    /** All readers and what is in them; none is no error. */
    List<Reader> readers() throws PcscException {
        var readers = new ArrayList<Reader>();
        for (String name : names()) {
            readers.add(awaitChange(new Reader(name, new byte[0], 0), 0));
        }
        return readers;
    }

    private List<String> names() throws PcscException {
        try (var arena = Arena.ofConfined()) {
            var length = arena.allocate(LONG);
            int code = result(() -> (long) Functions.LIST_READERS.invokeExact(context, 0L, 0L, length.address()));
            if (code == PcscException.NO_READERS) {
                return List.of();
            }
            if (code != 0) {
                throw new PcscException("SCardListReaders", code);
            }
            var names = arena.allocate(length.get(LONG, 0));
            check("SCardListReaders",
                    () -> (long) Functions.LIST_READERS.invokeExact(context, 0L, names.address(), length.address()));
            byte[] bytes = Arrays.copyOf(names.toArray(ValueLayout.JAVA_BYTE), (int) length.get(LONG, 0));
            return Arrays.stream(new String(bytes, StandardCharsets.UTF_8).split("\0"))
                    .filter(name -> !name.isEmpty())
                    .toList();
        }
    }

    /**
     * The reader when something about it is not as it was, or as it is when the time is over.
     *
     * @param before as it was; event 0: not known
     */
    Reader awaitChange(Reader before, long milliseconds) throws PcscException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(READER_STATE_BYTES, Long.BYTES);
            state.set(LONG, 0, arena.allocateFrom(before.name()).address());
            state.set(LONG, CURRENT_STATE, before.event());
            int code = result(
                    () -> (long) Functions.STATUS_CHANGE.invokeExact(context, milliseconds, state.address(), 1L));
            if (code == PcscException.TIMEOUT && before.event() != 0) {
                return before;
            }
            if (code != 0 && code != PcscException.TIMEOUT) {
                throw new PcscException("SCardGetStatusChange " + before.name(), code);
            }
            long event = state.get(LONG, EVENT_STATE);
            boolean card = (event & STATE_PRESENT) != 0 && (event & STATE_UNRESPONSIVE) == 0;
            int length = Math.clamp(state.get(LONG, ATR_LENGTH), 0, LONGEST_ATR);
            byte[] atr = card ? state.asSlice(ATR, length).toArray(ValueLayout.JAVA_BYTE) : new byte[0];
            return new Reader(before.name(), atr, event);
        }
    }

    /**
     * A card that nobody else may use meanwhile, on a connection of its own: libpcsclite lets one call at a time through,
     * and waiting for a change is one. The card's power stays as it is when it is closed.
     */
    static Card connect(Reader reader) throws PcscException {
        var pcsc = new Pcsc();
        try {
            return pcsc.card(reader);
        } catch (PcscException | RuntimeException e) {
            pcsc.close();
            throw e;
        }
    }

    private Card card(Reader reader) throws PcscException {
        try (var arena = Arena.ofConfined()) {
            var name = arena.allocateFrom(reader.name());
            var handle = arena.allocate(LONG);
            var protocol = arena.allocate(LONG);
            check("SCardConnect " + reader.name(), () -> (long) Functions.CONNECT.invokeExact(context, name.address(),
                    SHARE_EXCLUSIVE, PROTOCOL_T0 | PROTOCOL_T1, handle.address(), protocol.address()));
            return new Card(this, handle.get(LONG, 0), protocol.get(LONG, 0), reader.atr());
        }
    }

    @Override
    public void close() {
        result(() -> (long) Functions.RELEASE.invokeExact(context));
    }

    /** A card, connected to. */
    static final class Card implements AutoCloseable {
        private final Pcsc pcsc;
        private final long handle;
        private final byte[] atr;
        private long protocol;

        private Card(Pcsc pcsc, long handle, long protocol, byte[] atr) {
            this.pcsc = pcsc;
            this.handle = handle;
            this.protocol = protocol;
            this.atr = atr;
        }

        /** Its whole answer to reset. */
        byte[] atr() {
            return atr.clone();
        }

        /** Whether it is spoken to in T=1, else in T=0. */
        boolean blockProtocol() {
            return protocol == PROTOCOL_T1;
        }

        /** Resets it. */
        void reset() throws PcscException {
            try (var arena = Arena.ofConfined()) {
                var active = arena.allocate(LONG);
                check("SCardReconnect", () -> (long) Functions.RECONNECT.invokeExact(handle, SHARE_EXCLUSIVE,
                        PROTOCOL_T0 | PROTOCOL_T1, RESET_CARD, active.address()));
                protocol = active.get(LONG, 0);
            }
        }

        /** A command and its answer, both with nothing added or left out. */
        byte[] transmit(byte[] command) throws PcscException {
            try (var arena = Arena.ofConfined()) {
                var control = arena.allocate(2 * Long.BYTES, Long.BYTES);
                control.set(LONG, 0, protocol);
                control.set(LONG, Long.BYTES, 2 * Long.BYTES);
                var sent = arena.allocateFrom(ValueLayout.JAVA_BYTE, command);
                var answer = arena.allocate(LONGEST_ANSWER);
                var length = arena.allocate(LONG);
                length.set(LONG, 0, LONGEST_ANSWER);
                check("SCardTransmit", () -> (long) Functions.TRANSMIT.invokeExact(handle, control.address(),
                        sent.address(), (long) command.length, 0L, answer.address(), length.address()));
                return answer.asSlice(0, length.get(LONG, 0)).toArray(ValueLayout.JAVA_BYTE);
            }
        }

        @Override
        public void close() {
            result(() -> (long) Functions.DISCONNECT.invokeExact(handle, LEAVE_CARD));
            pcsc.close();
        }
    }
}
