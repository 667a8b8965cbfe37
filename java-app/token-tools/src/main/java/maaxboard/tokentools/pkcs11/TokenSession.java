// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.ReturnValue;

/**
 * A session with a token, in which objects are found, made and used. Like its module it is for one thread at a time.
 * Native copies of PINs, random bytes and values are wiped; arrays that come in are the caller's to wipe.
 */
public final class TokenSession implements AutoCloseable {
    /** The most bytes of one C_GenerateRandom, as the wrapper asks for them. */
    public static final int MAX_RANDOM = 256;

    private static final ValueLayout.OfLong ULONG = ValueLayout.JAVA_LONG;
    private static final long UNAVAILABLE = -1L;
    private static final long ATTRIBUTE_SENSITIVE = 0x11;
    private static final long ATTRIBUTE_TYPE_INVALID = 0x12;
    private static final int LABEL_LENGTH = 32;
    private static final int FOUND_AT_ONCE = 64;
    private static final int LONGEST_SIGNATURE = 2048;
    private static final int LONGEST_VALUE = 64 * 1024;

    /** C_GenerateKeyPair, the one function with more arguments than {@link Pkcs11Module#call} takes. */
    private static final class EightArguments {
        static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(
                FunctionDescriptor.of(ULONG, ULONG, ULONG, ULONG, ULONG, ULONG, ULONG, ULONG, ULONG));
    }

    private final Pkcs11Module module;
    private final long slot;
    private final long handle;
    private boolean open = true;

    private TokenSession(Pkcs11Module module, long slot, long handle) {
        this.module = module;
        this.slot = slot;
        this.handle = handle;
    }

    /** Handles of a key pair's objects. */
    public record Pair(long publicKey, long privateKey) {
    }

    /** C_InitToken: everything on the token is gone afterwards. */
    public static void initToken(Pkcs11Module module, long slot, byte[] soPin, String label) throws Pkcs11Exception {
        var padded = new byte[LABEL_LENGTH];
        Arrays.fill(padded, (byte) ' ');
        var text = label.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, padded, 0, text.length);
        try (var arena = Arena.ofConfined()) {
            var pin = secret(arena, soPin);
            try {
                check(module, "C_InitToken(slot 0x" + Long.toHexString(slot) + ")", Layout.FunctionList.C_INIT_TOKEN, slot,
                        pin.address(), soPin.length, arena.allocateFrom(ValueLayout.JAVA_BYTE, padded).address(), 0);
            } finally {
                pin.fill((byte) 0);
            }
        }
    }

    /** C_OpenSession, read-write. */
    public static TokenSession open(Pkcs11Module module, long slot) throws Pkcs11Exception {
        return open(module, slot, Layout.CKF_SERIAL_SESSION | Layout.CKF_RW_SESSION);
    }

    /** C_OpenSession, read-only: the only kind on a write-protected token. */
    public static TokenSession openReadOnly(Pkcs11Module module, long slot) throws Pkcs11Exception {
        return open(module, slot, Layout.CKF_SERIAL_SESSION);
    }

    private static TokenSession open(Pkcs11Module module, long slot, long flags) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var session = arena.allocate(ULONG);
            check(module, "C_OpenSession(slot 0x" + Long.toHexString(slot)
                    + ((flags & Layout.CKF_RW_SESSION) != 0 ? ", read-write)" : ")"), Layout.FunctionList.C_OPEN_SESSION,
                    slot, flags, 0, 0, session.address());
            return new TokenSession(module, slot, session.get(ULONG, 0));
        }
    }

    public long slot() {
        return slot;
    }

    /**
     * C_Login.
     *
     * @param user a CKU_ number
     */
    public void login(long user, byte[] pin) throws Pkcs11Exception {
        var name = user == Constant.CKU_SO ? "CKU_SO" : user == Constant.CKU_USER ? "CKU_USER" : "CKU_CONTEXT_SPECIFIC";
        try (var arena = Arena.ofConfined()) {
            var copy = secret(arena, pin);
            try {
                check("C_Login", name, Layout.FunctionList.C_LOGIN, user, copy.address(), pin.length, 0);
            } finally {
                copy.fill((byte) 0);
            }
        }
    }

    /** C_Logout. */
    public void logout() throws Pkcs11Exception {
        check("C_Logout", "", Layout.FunctionList.C_LOGOUT, 0, 0, 0, 0);
    }

    /** C_InitPIN: the security officer sets the user's PIN. */
    public void initPin(byte[] pin) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var copy = secret(arena, pin);
            try {
                check("C_InitPIN", "", Layout.FunctionList.C_INIT_PIN, copy.address(), pin.length, 0, 0);
            } finally {
                copy.fill((byte) 0);
            }
        }
    }

    /** C_FindObjectsInit, C_FindObjects, C_FindObjectsFinal: handles of all objects that fit. */
    public List<Long> find(Template wanted) throws Pkcs11Exception {
        var found = new ArrayList<Long>();
        try (var arena = Arena.ofConfined()) {
            check("C_FindObjectsInit", attributes(wanted), Layout.FunctionList.C_FIND_OBJECTS_INIT,
                    wanted.allocate(arena).address(), wanted.size(), 0, 0);
            try {
                var handles = arena.allocate(ULONG, FOUND_AT_ONCE);
                var count = arena.allocate(ULONG);
                do {
                    check("C_FindObjects", "", Layout.FunctionList.C_FIND_OBJECTS, handles.address(), FOUND_AT_ONCE,
                            count.address(), 0);
                    for (long i = 0; i < Math.min(count.get(ULONG, 0), FOUND_AT_ONCE); i++) {
                        found.add(handles.getAtIndex(ULONG, i));
                    }
                } while (count.get(ULONG, 0) > 0);
            } finally {
                check("C_FindObjectsFinal", "", Layout.FunctionList.C_FIND_OBJECTS_FINAL, 0, 0, 0, 0);
            }
        }
        return found;
    }

    /**
     * C_GetAttributeValue of one attribute.
     *
     * @return null if the object has none, or does not tell it
     */
    public byte[] attribute(long object, long type) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var attribute = arena.allocate(Layout.Attribute.SIZE, Layout.ULONG);
            Template.set(attribute, 0, type, MemorySegment.NULL, 0);
            if (!got(object, type, attribute)) {
                return null;
            }
            long length = attribute.get(ULONG, Layout.Attribute.LENGTH);
            if (length == UNAVAILABLE) {
                return null;
            }
            if (length < 0 || length > LONGEST_VALUE) {
                throw new Pkcs11Exception("C_GetAttributeValue: attribute of " + length + " bytes", ReturnValue.DATA_INVALID);
            }
            var value = arena.allocate(Math.max(1, length));
            Template.set(attribute, 0, type, value, length);
            if (!got(object, type, attribute)) {
                return null;
            }
            return value.asSlice(0, Math.min(length, attribute.get(ULONG, Layout.Attribute.LENGTH)))
                    .toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private boolean got(long object, long type, MemorySegment attribute) throws Pkcs11Exception {
        var text = text("C_GetAttributeValue", "object 0x" + Long.toHexString(object) + ", attribute 0x"
                + Long.toHexString(type));
        long rv = module.call(text, Layout.FunctionList.C_GET_ATTRIBUTE_VALUE, handle, object, attribute.address(), 1, 0);
        if (rv == ATTRIBUTE_SENSITIVE || rv == ATTRIBUTE_TYPE_INVALID) {
            return false;
        }
        if (rv != ReturnValue.OK) {
            throw new Pkcs11Exception(text, rv);
        }
        return true;
    }

    /** C_CreateObject; the new object's handle. */
    public long create(Template object) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var created = arena.allocate(ULONG);
            check("C_CreateObject", attributes(object), Layout.FunctionList.C_CREATE_OBJECT,
                    object.allocate(arena).address(), object.size(), created.address(), 0);
            return created.get(ULONG, 0);
        }
    }

    /** C_DestroyObject. */
    public void destroy(long object) throws Pkcs11Exception {
        check("C_DestroyObject", "object 0x" + Long.toHexString(object), Layout.FunctionList.C_DESTROY_OBJECT, object, 0, 0,
                0);
    }

    /** C_GenerateKeyPair. */
    public Pair generateKeyPair(Mechanism mechanism, Template publicKey, Template privateKey) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            var handles = arena.allocate(ULONG, 2);
            var text = text("C_GenerateKeyPair", "mechanism 0x" + Long.toHexString(mechanism.type()));
            long since = System.nanoTime();
            long rv = invoke(module.function(Layout.FunctionList.C_GENERATE_KEY_PAIR), handle,
                    mechanism.allocate(arena).address(), publicKey.allocate(arena).address(), publicKey.size(),
                    privateKey.allocate(arena).address(), privateKey.size(), handles.address(),
                    handles.address() + Layout.ULONG);
            module.called(text, rv, System.nanoTime() - since);
            if (rv != ReturnValue.OK) {
                throw new Pkcs11Exception(text, rv);
            }
            return new Pair(handles.getAtIndex(ULONG, 0), handles.getAtIndex(ULONG, 1));
        }
    }

    /**
     * C_SignInit and C_Sign.
     *
     * @param pin for a key that wants a login for each signature (CKA_ALWAYS_AUTHENTICATE); else null
     */
    public byte[] sign(Mechanism mechanism, long key, byte[] data, byte[] pin) throws Pkcs11Exception {
        try (var arena = Arena.ofConfined()) {
            check("C_SignInit", "mechanism 0x" + Long.toHexString(mechanism.type()) + ", object 0x" + Long.toHexString(key),
                    Layout.FunctionList.C_SIGN_INIT, mechanism.allocate(arena).address(), key, 0, 0);
            if (pin != null) {
                login(Constant.CKU_CONTEXT_SPECIFIC, pin);
            }
            var input = arena.allocate(Math.max(1, data.length));
            MemorySegment.copy(data, 0, input, ValueLayout.JAVA_BYTE, 0, data.length);
            var signature = arena.allocate(LONGEST_SIGNATURE);
            var length = arena.allocate(ULONG);
            length.set(ULONG, 0, LONGEST_SIGNATURE);
            check("C_Sign", data.length + " bytes", Layout.FunctionList.C_SIGN, input.address(), data.length,
                    signature.address(), length.address());
            return signature.asSlice(0, length.get(ULONG, 0)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** C_GenerateRandom, in pieces of {@link #MAX_RANDOM}. The caller wipes the bytes. */
    public byte[] random(int length) throws Pkcs11Exception {
        var bytes = new byte[length];
        try (var arena = Arena.ofConfined()) {
            var piece = arena.allocate(MAX_RANDOM);
            try {
                for (int at = 0; at < length; at += MAX_RANDOM) {
                    int part = Math.min(MAX_RANDOM, length - at);
                    check("C_GenerateRandom", part + " bytes", Layout.FunctionList.C_GENERATE_RANDOM, piece.address(), part,
                            0, 0);
                    MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, bytes, at, part);
                }
            } finally {
                piece.fill((byte) 0);
            }
        }
        return bytes;
    }

    /** C_CloseSession, once. */
    @Override
    public void close() throws Pkcs11Exception {
        if (open) {
            open = false;
            check("C_CloseSession", "", Layout.FunctionList.C_CLOSE_SESSION, 0, 0, 0, 0);
        }
    }

    private static long invoke(MemorySegment function, long a, long b, long c, long d, long e, long f, long g, long h) {
        try {
            return (long) EightArguments.CALL.invokeExact(function, a, b, c, d, e, f, g, h);
        } catch (RuntimeException | Error thrown) {
            throw thrown;
        } catch (Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    private String text(String function, String more) {
        return function + "(session 0x" + Long.toHexString(handle) + (more.isEmpty() ? ")" : ", " + more + ")");
    }

    private void check(String name, String more, int function, long b, long c, long d, long e) throws Pkcs11Exception {
        check(module, text(name, more), function, handle, b, c, d, e);
    }

    private static void check(Pkcs11Module module, String text, int function, long a, long b, long c, long d, long e)
            throws Pkcs11Exception {
        long rv = module.call(text, function, a, b, c, d, e);
        if (rv != ReturnValue.OK) {
            throw new Pkcs11Exception(text, rv);
        }
    }

    private static String attributes(Template template) {
        return template.size() + " attributes";
    }

    private static MemorySegment secret(Arena arena, byte[] pin) {
        var copy = arena.allocate(Math.max(1, pin.length));
        MemorySegment.copy(pin, 0, copy, ValueLayout.JAVA_BYTE, 0, pin.length);
        return copy;
    }
}
