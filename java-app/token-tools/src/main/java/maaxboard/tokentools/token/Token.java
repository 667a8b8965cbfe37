// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.entropy.pkcs11.TokenInfo;
import maaxboard.entropy.source.PinSource;
import maaxboard.entropy.source.Selection;
import maaxboard.tokentools.pkcs11.Constant;
import maaxboard.tokentools.pkcs11.Mechanism;
import maaxboard.tokentools.pkcs11.Template;
import maaxboard.tokentools.pkcs11.TokenSession;
import maaxboard.tokentools.token.TokenException.Kind;

/**
 * One token with its keys and certificates. Any thread may use it: one after the other gets the token, in the order they
 * came. The session is opened at the first use and opened anew after the token was away.
 *
 * <p>The PIN is read once and kept until {@link #close}; a PIN that the token refused is never given again.
 */
public final class Token implements AutoCloseable {
    private static final long CKF_WRITE_PROTECTED = 0x2;
    private static final long CKF_USER_PIN_COUNT_LOW = 0x10000;
    private static final long CKF_USER_PIN_FINAL_TRY = 0x20000;
    private static final long CKF_USER_PIN_LOCKED = 0x40000;
    private static final long CKF_SO_PIN_COUNT_LOW = 0x100000;
    private static final long CKF_SO_PIN_FINAL_TRY = 0x200000;
    private static final long CKF_SO_PIN_LOCKED = 0x400000;
    private static final long TOKEN_WRITE_PROTECTED = 0xe2;
    private static final long SESSION_READ_ONLY = 0xb5;
    private static final int LONGEST_TOKEN_LABEL = 32;
    private static final byte[] F4 = {1, 0, 1};

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Pkcs11Module module;
    private final Selection selection;
    private final PinSource pinSource;
    private byte[] pin;
    private boolean pinRefused;
    private Long slot;
    private TokenSession session;
    private boolean loggedIn;

    /**
     * @param module initialised
     * @param pinSource the user's PIN, or null: then only what needs no login is done
     */
    public Token(Pkcs11Module module, Selection selection, PinSource pinSource) {
        this.module = module;
        this.selection = selection;
        this.pinSource = pinSource;
    }

    @FunctionalInterface
    private interface Operation<T> {
        T on(TokenSession session) throws Pkcs11Exception, TokenException, IOException;
    }

    /** What the token says of itself now. */
    public TokenInfo info() throws Pkcs11Exception, TokenException {
        lock.lock();
        try {
            return module.tokenInfo(slot());
        } finally {
            lock.unlock();
        }
    }

    /** The slot the token is in. */
    public long slotId() throws Pkcs11Exception, TokenException {
        lock.lock();
        try {
            return slot();
        } finally {
            lock.unlock();
        }
    }

    /**
     * C_InitToken, then the user's PIN.
     *
     * @param erase whether a token that is initialised may lose what is on it
     */
    public void initialize(String label, PinSource soPinSource, boolean erase)
            throws Pkcs11Exception, TokenException, IOException {
        if (label.isBlank() || label.getBytes(StandardCharsets.UTF_8).length > LONGEST_TOKEN_LABEL
                || label.chars().anyMatch(Character::isISOControl)) {
            throw new TokenException(Kind.WRONG, "token label: expected 1 to " + LONGEST_TOKEN_LABEL
                    + " bytes of UTF-8 without control characters");
        }
        lock.lock();
        byte[] soPin = null;
        try {
            long there = slot();
            var info = module.tokenInfo(there);
            if (info.initialized() && !erase) {
                throw new TokenException(Kind.DUPLICATE, "token '" + info.label()
                        + "' is initialised; initialising it again would erase what is on it, which has to be asked for");
            }
            requireWritable(info);
            for (var other : Selection.candidates(module)) {
                if (other.slot() != there && other.token().initialized() && other.token().label().equals(label)) {
                    throw new TokenException(Kind.DUPLICATE, "another token has the label '" + label + "', in slot 0x"
                            + Long.toHexString(other.slot()));
                }
            }
            soPin = soPinSource.read();
            var userPin = pin();
            drop();
            try {
                TokenSession.initToken(module, there, soPin, label);
                var fresh = TokenSession.open(module, there);
                try {
                    fresh.login(Constant.CKU_SO, soPin);
                    fresh.initPin(userPin);
                    fresh.logout();
                } finally {
                    fresh.close();
                }
            } catch (Pkcs11Exception e) {
                throw explained(e, there, true);
            }
            pinRefused = false;
        } finally {
            if (soPin != null) {
                Arrays.fill(soPin, (byte) 0);
            }
            lock.unlock();
        }
    }

    /**
     * C_GenerateKeyPair: the private key is made on the token, cannot be read and stays there.
     *
     * @param name with a label; without an ID the smallest free number is taken
     */
    public TokenKey generate(KeyAlgorithm algorithm, KeyName name) throws Pkcs11Exception, TokenException, IOException {
        if (name.label() == null) {
            throw new TokenException(Kind.WRONG, "a new key needs a label");
        }
        return use(true, session -> {
            requireWritable(module.tokenInfo(slot));
            requireNew(session, name);
            var id = name.id() == null ? freeId(session) : name.idBytes();
            var publicKey = new Template().number(Constant.CKA_CLASS, Constant.CKO_PUBLIC_KEY).flag(Constant.CKA_TOKEN, true)
                    .flag(Constant.CKA_PRIVATE, false).text(Constant.CKA_LABEL, name.label()).bytes(Constant.CKA_ID, id)
                    .flag(Constant.CKA_VERIFY, true);
            var privateKey = new Template().number(Constant.CKA_CLASS, Constant.CKO_PRIVATE_KEY)
                    .flag(Constant.CKA_TOKEN, true).flag(Constant.CKA_PRIVATE, true).flag(Constant.CKA_SENSITIVE, true)
                    .flag(Constant.CKA_EXTRACTABLE, false).text(Constant.CKA_LABEL, name.label())
                    .bytes(Constant.CKA_ID, id).flag(Constant.CKA_SIGN, true);
            if (algorithm.isRsa()) {
                publicKey.number(Constant.CKA_MODULUS_BITS, algorithm.bits()).bytes(Constant.CKA_PUBLIC_EXPONENT, F4);
            } else {
                publicKey.bytes(Constant.CKA_EC_PARAMS, algorithm.curve());
            }
            var pair = session.generateKeyPair(new Mechanism.Plain(
                    algorithm.isRsa() ? Constant.CKM_RSA_PKCS_KEY_PAIR_GEN : Constant.CKM_EC_KEY_PAIR_GEN), publicKey,
                    privateKey);
            return new TokenKey(name.label(), id, PublicKeys.of(session, pair.publicKey()));
        });
    }

    /** The one key that has this name. */
    public TokenKey key(KeyName name) throws Pkcs11Exception, TokenException, IOException {
        return use(true, session -> key(session, privateKey(session, name)));
    }

    /**
     * A signature.
     *
     * @param digest the data's hash
     * @param pss RSASSA-PSS instead of PKCS #1 v1.5; RSA keys only
     * @return PKCS #1's number for RSA, DER of r and s for ECDSA
     */
    public byte[] sign(KeyName name, Hash hash, boolean pss, byte[] digest)
            throws Pkcs11Exception, TokenException, IOException {
        return use(true, session -> {
            long handle = privateKey(session, name);
            boolean rsa = number(session, handle, Constant.CKA_KEY_TYPE) == Constant.CKK_RSA;
            if (pss && !rsa) {
                throw new TokenException(Kind.WRONG, "RSASSA-PSS needs an RSA key");
            }
            var always = session.attribute(handle, Constant.CKA_ALWAYS_AUTHENTICATE);
            var again = always != null && always.length == 1 && always[0] != 0 ? pin() : null;
            if (!rsa) {
                return Signatures.derOfPair(session.sign(new Mechanism.Plain(Constant.CKM_ECDSA), handle, digest, again));
            }
            return pss ? session.sign(new Mechanism.Pss(hash.mechanism(), hash.mgf(), hash.length()), handle, digest, again)
                    : session.sign(new Mechanism.Plain(Constant.CKM_RSA_PKCS), handle, Signatures.digestInfo(hash, digest),
                            again);
        });
    }

    /**
     * Puts a certificate beside the key it was made for, under the key's ID.
     *
     * @param name which key, if the caller wants to say; the certificate has to be that key's
     * @return the key
     */
    public TokenKey importCertificate(X509Certificate certificate, KeyName name)
            throws Pkcs11Exception, TokenException, IOException {
        return use(true, session -> {
            requireWritable(module.tokenInfo(slot));
            for (long handle : session.find(name.template(Constant.CKO_PRIVATE_KEY))) {
                var key = key(session, handle);
                if (key.publicKey() != null && PublicKeys.same(key.publicKey(), certificate.getPublicKey())) {
                    var there = new KeyName(null, key.hexId()).template(Constant.CKO_CERTIFICATE);
                    if (!session.find(there).isEmpty()) {
                        throw new TokenException(Kind.DUPLICATE, "a certificate with id " + key.hexId()
                                + " is on the token; delete it first");
                    }
                    session.create(certificateObject(certificate, key));
                    return key;
                }
            }
            throw new TokenException(Kind.DATA, "the certificate's public key is not that of "
                    + (name.isEmpty() ? "a key on this token" : "the key with " + name));
        });
    }

    private static Template certificateObject(X509Certificate certificate, TokenKey key) throws TokenException {
        try {
            return new Template().number(Constant.CKA_CLASS, Constant.CKO_CERTIFICATE).flag(Constant.CKA_TOKEN, true)
                    .flag(Constant.CKA_PRIVATE, false).number(Constant.CKA_CERTIFICATE_TYPE, Constant.CKC_X_509)
                    .text(Constant.CKA_LABEL, key.label()).bytes(Constant.CKA_ID, key.id())
                    .bytes(Constant.CKA_SUBJECT, certificate.getSubjectX500Principal().getEncoded())
                    .bytes(Constant.CKA_ISSUER, certificate.getIssuerX500Principal().getEncoded())
                    .bytes(Constant.CKA_SERIAL_NUMBER, Signatures.derOfInteger(certificate.getSerialNumber()))
                    .bytes(Constant.CKA_VALUE, certificate.getEncoded());
        } catch (CertificateException e) {
            throw new TokenException(Kind.DATA, "the certificate cannot be encoded: " + e.getMessage());
        }
    }

    /** The certificate that lies beside a key. */
    public X509Certificate certificate(KeyName name) throws Pkcs11Exception, TokenException, IOException {
        return use(false, session -> {
            var found = session.find(name.template(Constant.CKO_CERTIFICATE));
            if (found.size() != 1) {
                throw new TokenException(found.isEmpty() ? Kind.MISSING : Kind.DUPLICATE,
                        (found.isEmpty() ? "no certificate with " : "more than one certificate with ") + name);
            }
            return certificate(session.attribute(found.getFirst(), Constant.CKA_VALUE));
        });
    }

    /** All objects; without a PIN those that are public. */
    public List<TokenObject> objects() throws Pkcs11Exception, TokenException, IOException {
        return use(pinSource != null, session -> {
            var objects = new ArrayList<TokenObject>();
            for (long handle : session.find(new Template())) {
                var object = object(session, handle);
                if (object != null) {
                    objects.add(object);
                }
            }
            return objects;
        });
    }

    /** Random bytes, as they come. The caller wipes them. */
    public byte[] random(int length) throws Pkcs11Exception, TokenException, IOException {
        return use(false, session -> session.random(length));
    }

    /** Ends the session and forgets the PIN. */
    @Override
    public void close() {
        lock.lock();
        try {
            drop();
            if (pin != null) {
                Arrays.fill(pin, (byte) 0);
                pin = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private <T> T use(boolean login, Operation<T> operation) throws Pkcs11Exception, TokenException, IOException {
        lock.lock();
        try {
            try {
                return operation.on(session(login));
            } catch (Pkcs11Exception e) {
                if (!gone(e.returnValue())) {
                    throw explained(e, slot, false);
                }
                // Out and in again: the session that this one was asked on is not the token's any more.
                drop();
                slot = null;
                try {
                    return operation.on(session(login));
                } catch (Pkcs11Exception again) {
                    drop();
                    throw explained(again, slot, false);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean gone(long rv) {
        return rv == ReturnValue.SESSION_HANDLE_INVALID || rv == ReturnValue.SESSION_CLOSED
                || rv == ReturnValue.TOKEN_NOT_PRESENT || rv == ReturnValue.DEVICE_REMOVED
                || rv == ReturnValue.SLOT_ID_INVALID || rv == ReturnValue.USER_NOT_LOGGED_IN;
    }

    private TokenSession session(boolean login) throws Pkcs11Exception, TokenException, IOException {
        if (session == null) {
            long there = slot();
            var info = module.tokenInfo(there);
            if (!info.initialized()) {
                throw new TokenException(Kind.ABSENT, "the token is not initialised");
            }
            session = (info.flags() & CKF_WRITE_PROTECTED) != 0 ? TokenSession.openReadOnly(module, there)
                    : TokenSession.open(module, there);
            loggedIn = false;
        }
        if (login && !loggedIn) {
            login();
        }
        return session;
    }

    private void login() throws Pkcs11Exception, TokenException, IOException {
        var info = module.tokenInfo(slot);
        if (!info.loginRequired()) {
            return;
        }
        if (pinRefused) {
            throw new TokenException(Kind.PIN, "the token refused the PIN before; it is not given again");
        }
        if ((info.flags() & CKF_USER_PIN_LOCKED) != 0) {
            throw new TokenException(Kind.PIN, "the user's PIN is locked; the token's administration tool unblocks it");
        }
        var given = pin();
        try {
            session.login(Constant.CKU_USER, given);
        } catch (Pkcs11Exception e) {
            long rv = e.returnValue();
            if (rv == ReturnValue.USER_ALREADY_LOGGED_IN) {
                loggedIn = true;
                return;
            }
            if (rv == ReturnValue.TOKEN_NOT_PRESENT || rv == ReturnValue.DEVICE_REMOVED) {
                throw e; // it did not come as far as the PIN
            }
            pinRefused = true;
            // Gnuk answers 6982 to a wrong PIN, not 63Cx; OpenSC makes CKR_USER_NOT_LOGGED_IN of that.
            if (rv == ReturnValue.USER_NOT_LOGGED_IN) {
                throw wrongPin(e, slot, false);
            }
            throw explained(e, slot, false);
        }
        loggedIn = true;
    }

    private byte[] pin() throws IOException, TokenException {
        if (pin == null) {
            if (pinSource == null) {
                throw new TokenException(Kind.PIN, "this needs a login: --pin-source says where the PIN is read from");
            }
            pin = pinSource.read();
        }
        return pin;
    }

    private void drop() {
        if (session != null) {
            try {
                session.close();
            } catch (Pkcs11Exception e) {
                // It went with its token.
            }
        }
        session = null;
        loggedIn = false;
    }

    /** The slot of the one token that is wanted. */
    private long slot() throws Pkcs11Exception, TokenException {
        if (slot != null) {
            return slot;
        }
        var candidates = Selection.candidates(module);
        var fitting = candidates.stream().filter(selection::accepts)
                .filter(candidate -> candidate.token().initialized() || !selection.isAny()).toList();
        if (fitting.size() == 1) {
            slot = fitting.getFirst().slot();
            return slot;
        }
        var list = new ArrayList<String>();
        for (var candidate : candidates) {
            list.add("0x" + Long.toHexString(candidate.slot()) + (candidate.token().initialized()
                    ? " ('" + candidate.token().label() + "', serial " + candidate.token().serial() + ")" : " (not initialised)"));
        }
        throw new TokenException(Kind.ABSENT, (candidates.isEmpty() ? "no token in any slot"
                : fitting.isEmpty() ? "no token fits" : fitting.size() + " tokens fit, one has to be chosen")
                + (list.isEmpty() ? "" : "; slots with a token: " + String.join(", ", list)));
    }

    private static void requireWritable(TokenInfo info) throws TokenException {
        if ((info.flags() & CKF_WRITE_PROTECTED) != 0) {
            throw new TokenException(Kind.READ_ONLY, "token '" + info.label() + "' is write-protected");
        }
    }

    private static void requireNew(TokenSession session, KeyName name) throws Pkcs11Exception, TokenException {
        for (long kind : new long[] {Constant.CKO_PRIVATE_KEY, Constant.CKO_PUBLIC_KEY, Constant.CKO_CERTIFICATE}) {
            for (var part : List.of(new KeyName(name.label(), null), new KeyName(null, name.id()))) {
                if (!part.isEmpty() && !session.find(part.template(kind)).isEmpty()) {
                    throw new TokenException(Kind.DUPLICATE, "an object with " + part + " is on the token");
                }
            }
        }
    }

    private static byte[] freeId(TokenSession session) throws Pkcs11Exception {
        var taken = new HashSet<String>();
        for (long handle : session.find(new Template())) {
            var id = session.attribute(handle, Constant.CKA_ID);
            taken.add(id == null ? "" : HexFormat.of().formatHex(id));
        }
        for (int number = 1;; number++) {
            var id = number < 0x100 ? new byte[] {(byte) number} : new byte[] {(byte) (number >> 8), (byte) number};
            if (!taken.contains(HexFormat.of().formatHex(id))) {
                return id;
            }
        }
    }

    private static long privateKey(TokenSession session, KeyName name) throws Pkcs11Exception, TokenException {
        var found = session.find(name.template(Constant.CKO_PRIVATE_KEY));
        if (found.size() != 1) {
            throw new TokenException(found.isEmpty() ? Kind.MISSING : Kind.DUPLICATE,
                    (found.isEmpty() ? "no private key" : "more than one private key")
                            + (name.isEmpty() ? "; --label or --id chooses" : " with " + name));
        }
        return found.getFirst();
    }

    private static TokenKey key(TokenSession session, long privateKey) throws Pkcs11Exception, TokenException {
        var id = session.attribute(privateKey, Constant.CKA_ID);
        var name = new KeyName(null, HexFormat.of().formatHex(id == null ? new byte[0] : id));
        PublicKey publicKey = null;
        for (long handle : session.find(name.template(Constant.CKO_PUBLIC_KEY))) {
            publicKey = publicKey == null ? PublicKeys.of(session, handle) : publicKey;
        }
        if (publicKey == null) {
            publicKey = PublicKeys.of(session, privateKey);
        }
        for (long handle : publicKey == null ? session.find(name.template(Constant.CKO_CERTIFICATE)) : List.<Long>of()) {
            publicKey = certificate(session.attribute(handle, Constant.CKA_VALUE)).getPublicKey();
        }
        return new TokenKey(text(session, privateKey), name.idBytes(), publicKey);
    }

    /** Null for what only describes the module: profiles, mechanisms, hardware features. */
    private static TokenObject object(TokenSession session, long handle) throws Pkcs11Exception, TokenException {
        long kind = number(session, handle, Constant.CKA_CLASS);
        var label = text(session, handle);
        var id = session.attribute(handle, Constant.CKA_ID);
        var hexId = id == null || id.length == 0 ? null : HexFormat.of().formatHex(id);
        if (kind == Constant.CKO_CERTIFICATE) {
            var certificate = certificate(session.attribute(handle, Constant.CKA_VALUE));
            return new TokenObject("certificate", label, hexId, PublicKeys.algorithm(certificate.getPublicKey()), null,
                    certificate.getSubjectX500Principal().getName(), certificate.getNotAfter().toInstant().toString());
        }
        if (kind == Constant.CKO_PUBLIC_KEY || kind == Constant.CKO_PRIVATE_KEY) {
            var key = kind == Constant.CKO_PUBLIC_KEY ? PublicKeys.of(session, handle) : key(session, handle).publicKey();
            var extractable = session.attribute(handle, Constant.CKA_EXTRACTABLE);
            return new TokenObject(kind == Constant.CKO_PUBLIC_KEY ? "public-key" : "private-key", label, hexId,
                    key == null ? null : PublicKeys.algorithm(key),
                    kind == Constant.CKO_PUBLIC_KEY || extractable == null || extractable.length == 0 ? null
                            : extractable[0] != 0, null, null);
        }
        var type = kind == Constant.CKO_SECRET_KEY ? "secret-key" : kind == Constant.CKO_DATA ? "data" : null;
        return type == null ? null : new TokenObject(type, label, hexId, null, null, null, null);
    }

    private static String text(TokenSession session, long handle) throws Pkcs11Exception {
        var label = session.attribute(handle, Constant.CKA_LABEL);
        return label == null ? "" : new String(label, StandardCharsets.UTF_8).replaceAll("\\p{Cc}", "?");
    }

    private static long number(TokenSession session, long handle, long type) throws Pkcs11Exception {
        var value = session.attribute(handle, type);
        return value == null || value.length != Long.BYTES ? -1
                : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong();
    }

    private static X509Certificate certificate(byte[] der) throws TokenException {
        return Certificates.parse(der == null ? new byte[0] : der);
    }

    /** Return values that people can do something about are thrown in words; the others come back as they are. */
    private Pkcs11Exception explained(Pkcs11Exception e, Long where, boolean officer) throws TokenException {
        long rv = e.returnValue();
        if (rv == ReturnValue.PIN_INCORRECT || rv == ReturnValue.PIN_LOCKED) {
            throw wrongPin(e, where, officer);
        }
        if (rv == TOKEN_WRITE_PROTECTED || rv == SESSION_READ_ONLY) {
            throw new TokenException(Kind.READ_ONLY, "the token is write-protected (" + e.getMessage() + ")");
        }
        return e;
    }

    private TokenException wrongPin(Pkcs11Exception e, Long where, boolean officer) {
        return new TokenException(Kind.PIN, (officer ? "security officer's PIN" : "user's PIN") + ": "
                + (e.returnValue() == ReturnValue.PIN_LOCKED ? "locked" : "wrong, " + triesLeft(where, officer))
                + "; it is not tried again (" + e.getMessage() + ")");
    }

    /** PKCS #11 tells of tries left by three flags only. */
    private String triesLeft(Long where, boolean officer) {
        long flags;
        try {
            flags = where == null ? 0 : module.tokenInfo(where).flags();
        } catch (Pkcs11Exception e) {
            flags = 0;
        }
        if ((flags & (officer ? CKF_SO_PIN_LOCKED : CKF_USER_PIN_LOCKED)) != 0) {
            return "and now it is locked";
        }
        if ((flags & (officer ? CKF_SO_PIN_FINAL_TRY : CKF_USER_PIN_FINAL_TRY)) != 0) {
            return "one try left";
        }
        return (flags & (officer ? CKF_SO_PIN_COUNT_LOW : CKF_USER_PIN_COUNT_LOW)) != 0 ? "more than one try left, fewer than before"
                : "the token does not say how many tries are left";
    }
}
