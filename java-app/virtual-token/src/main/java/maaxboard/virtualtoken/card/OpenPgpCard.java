// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * An OpenPGP card in software, as Gnuk answers (OpenPGP application on ISO smart card operating systems, 2.0.1 and
 * 3.4.1). Keys, PINs and data objects live in memory and are gone with the process.
 */
public final class OpenPgpCard implements SmartCard {
    private static final byte[] RID_AND_APPLICATION = HexFormat.of().parseHex("D27600012401");
    /** FFFE: the range of serial numbers nobody hands out, which Gnuk's own builds and the Nitrokey Start use. */
    private static final byte[] MANUFACTURER = HexFormat.of().parseHex("FFFE");

    private static final int COMMAND_LIMIT = 4096;
    private static final int OBJECT_LIMIT = 2048;
    private static final int FINGERPRINT = 20;

    private final Profile profile;
    private final boolean blockProtocol;
    private final ChallengeSource random;
    private byte[] serial;

    private final Map<Integer, byte[]> objects = new HashMap<>();
    private final Map<KeyRole, KeyAlgorithm> algorithms = new EnumMap<>(KeyRole.class);
    private final Map<KeyRole, CardKey> keys = new EnumMap<>(KeyRole.class);
    private final Map<KeyRole, byte[]> fingerprints = new EnumMap<>(KeyRole.class);
    private final Map<KeyRole, byte[]> authorities = new EnumMap<>(KeyRole.class);
    private final Map<KeyRole, byte[]> timestamps = new EnumMap<>(KeyRole.class);
    private Pin user;
    private Pin resetting;
    private Pin admin;
    private boolean userStaysForSigning;
    private int signatures;
    private boolean terminated;

    private boolean signingAllowed;
    private boolean useAllowed;
    private boolean adminAllowed;
    private KeyRole decipherKey = KeyRole.DECRYPT;
    private KeyRole authenticationKey = KeyRole.AUTHENTICATE;
    private byte[] waiting = {};
    private ByteArrayOutputStream chain;
    private int chainHeader;

    /**
     * A card fresh from the factory: PIN 123456, admin PIN 12345678, no keys.
     *
     * @param profile which card
     * @param serial four bytes
     * @param blockProtocol whether the reader speaks T=1; else the answer to reset is one for T=0
     * @param random the bytes of GET CHALLENGE
     */
    public OpenPgpCard(Profile profile, byte[] serial, boolean blockProtocol, ChallengeSource random) {
        this.profile = profile;
        this.blockProtocol = blockProtocol;
        this.random = random;
        setSerial(serial);
        wipe();
    }

    /** Changes the serial number, as if another card had been put in. */
    public void setSerial(byte[] fourBytes) {
        if (fourBytes.length != 4) {
            throw new IllegalArgumentException("a serial number has 4 bytes, not " + fourBytes.length);
        }
        serial = fourBytes.clone();
    }

    /** The answer to reset. */
    public byte[] atr() {
        return blockProtocol ? profile.atrT1() : profile.atrT0();
    }

    @Override
    public void reset() {
        signingAllowed = false;
        useAllowed = false;
        adminAllowed = false;
        decipherKey = KeyRole.DECRYPT;
        authenticationKey = KeyRole.AUTHENTICATE;
        waiting = new byte[0];
        chain = null;
    }

    @Override
    public byte[] transmit(byte[] command) {
        try {
            CommandApdu apdu = CommandApdu.parse(command);
            return apdu.ins() == 0xc0 ? more(apdu) : inPieces(joined(apdu), apdu.le());
        } catch (CardException e) {
            chain = null;
            return ResponseApdu.status(e.statusWord()).encode();
        }
    }

    private byte[] inPieces(ResponseApdu whole, int le) {
        waiting = new byte[0];
        byte[] data = whole.data();
        if (data.length == 0 || le >= data.length) {
            return whole.encode();
        }
        int now = Math.max(le, 0);
        waiting = Arrays.copyOfRange(data, now, data.length);
        return new ResponseApdu(Arrays.copyOf(data, now), remaining()).encode();
    }

    private byte[] more(CommandApdu apdu) throws CardException {
        if (waiting.length == 0) {
            throw new CardException(StatusWord.CONDITIONS);
        }
        return inPieces(ResponseApdu.of(waiting), apdu.le() == CommandApdu.NO_LE ? 256 : apdu.le());
    }

    private int remaining() {
        return StatusWord.BYTES_REMAINING | (waiting.length > 255 ? 0 : waiting.length);
    }

    private ResponseApdu joined(CommandApdu apdu) throws CardException {
        int header = apdu.ins() << 16 | apdu.p1p2();
        if (chain != null && header != chainHeader) {
            chain = null;
        }
        if (apdu.chained() || chain != null) {
            if (chain == null) {
                chain = new ByteArrayOutputStream();
                chainHeader = header;
            }
            chain.writeBytes(apdu.data());
            if (chain.size() > COMMAND_LIMIT) {
                throw new CardException(StatusWord.WRONG_LENGTH);
            }
            if (apdu.chained()) {
                return ResponseApdu.ok();
            }
            byte[] data = chain.toByteArray();
            chain = null;
            return dispatch(apdu.withData(data));
        }
        return dispatch(apdu);
    }

    private ResponseApdu dispatch(CommandApdu apdu) throws CardException {
        if (apdu.cla() != 0) {
            throw new CardException(StatusWord.NO_CLASS);
        }
        if (terminated && apdu.ins() != 0xa4 && apdu.ins() != 0x44 && apdu.ins() != 0xe6) {
            throw new CardException(StatusWord.CONDITIONS);
        }
        return switch (apdu.ins()) {
            case 0x20 -> verify(apdu);
            case 0x22 -> manageSecurityEnvironment(apdu);
            case 0x24 -> changeReferenceData(apdu);
            case 0x2a -> performSecurityOperation(apdu);
            case 0x2c -> resetRetryCounter(apdu);
            case 0x44 -> activate();
            case 0x47 -> generateKeyPair(apdu);
            case 0x84 -> getChallenge(apdu);
            case 0x88 -> internalAuthenticate(apdu);
            case 0xa4 -> select(apdu);
            // SELECT DATA chooses among certificates (3.4 only). There is none here, but OpenSC 0.23 sends the
            // command to a Gnuk as well and drops the card if it is refused.
            case 0xa5 -> ResponseApdu.ok();
            case 0xca -> getData(apdu);
            case 0xda -> putData(apdu);
            case 0xdb -> importKey(apdu);
            case 0xe6 -> terminate();
            default -> throw new CardException(StatusWord.NO_INSTRUCTION);
        };
    }

    private ResponseApdu select(CommandApdu apdu) throws CardException {
        if (apdu.p1() != 4) {
            throw new CardException(StatusWord.NOT_FOUND);
        }
        byte[] name = apdu.data();
        byte[] aid = applicationId();
        if (name.length < RID_AND_APPLICATION.length
                || name.length > aid.length
                || !Arrays.equals(name, Arrays.copyOf(aid, name.length))
                        && !Arrays.equals(name, Arrays.copyOf(RID_AND_APPLICATION, name.length))
                        && !versionPrefix(name)) {
            throw new CardException(StatusWord.NOT_FOUND);
        }
        reset();
        if (terminated) {
            throw new CardException(StatusWord.TERMINATED);
        }
        boolean nothingWanted = (apdu.p2() & 0x0c) == 0x0c;
        return nothingWanted ? ResponseApdu.ok() : ResponseApdu.of(Tlv.encode(0x6f, Tlv.encode(0x84, aid)));
    }

    /** Readers ask with any version after the application identifier. */
    private static boolean versionPrefix(byte[] name) {
        int fixed = RID_AND_APPLICATION.length;
        return name.length == fixed + 2 && Arrays.equals(Arrays.copyOf(name, fixed), RID_AND_APPLICATION);
    }

    private ResponseApdu getChallenge(CommandApdu apdu) throws CardException {
        if (apdu.p1p2() != 0) {
            throw new CardException(StatusWord.WRONG_P1P2);
        }
        int limit = profile.challengeLimit();
        int length = apdu.le() == CommandApdu.NO_LE ? limit : apdu.le();
        if (length > limit) {
            throw new CardException(StatusWord.CONDITIONS);
        }
        return ResponseApdu.of(random.next(length));
    }

    private ResponseApdu verify(CommandApdu apdu) throws CardException {
        int which = apdu.p2();
        if (which < 0x81 || which > 0x83) {
            throw new CardException(StatusWord.WRONG_P1P2);
        }
        if (apdu.p1() == 0xff) {
            allow(which, false);
            return ResponseApdu.ok();
        }
        if (apdu.p1() != 0) {
            throw new CardException(StatusWord.WRONG_P1P2);
        }
        Pin pin = which == 0x83 ? admin : user;
        if (apdu.data().length == 0) {
            boolean allowed = which == 0x81 ? signingAllowed : which == 0x82 ? useAllowed : adminAllowed;
            return ResponseApdu.status(allowed ? StatusWord.OK : StatusWord.TRIES_LEFT | pin.tries());
        }
        allow(which, false);
        pin.check(apdu.data());
        allow(which, true);
        return ResponseApdu.ok();
    }

    private void allow(int which, boolean allowed) {
        switch (which) {
            case 0x81 -> signingAllowed = allowed;
            case 0x82 -> useAllowed = allowed;
            default -> adminAllowed = allowed;
        }
    }

    private ResponseApdu changeReferenceData(CommandApdu apdu) throws CardException {
        Pin pin = switch (apdu.p1p2()) {
            case 0x81 -> user;
            case 0x83 -> admin;
            default -> throw new CardException(StatusWord.WRONG_P1P2);
        };
        pin.set(pin.changeFrom(apdu.data()));
        return ResponseApdu.ok();
    }

    private ResponseApdu resetRetryCounter(CommandApdu apdu) throws CardException {
        byte[] fresh = switch (apdu.p1p2()) {
            case 0x0081 -> resetting.changeFrom(apdu.data());
            case 0x0281 -> {
                need(adminAllowed);
                yield apdu.data();
            }
            default -> throw new CardException(StatusWord.WRONG_P1P2);
        };
        user.set(fresh);
        return ResponseApdu.ok();
    }

    /** Lets PSO: DECIPHER or INTERNAL AUTHENTICATE use the other's key (OpenPGP card 3.4, 7.2.18). */
    private ResponseApdu manageSecurityEnvironment(CommandApdu apdu) throws CardException {
        byte[] data = apdu.data();
        if (apdu.p1() != 0x41 || data.length != 3 || data[0] != (byte) 0x83 || data[1] != 1) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        KeyRole role = switch (data[2]) {
            case 2 -> KeyRole.DECRYPT;
            case 3 -> KeyRole.AUTHENTICATE;
            default -> throw new CardException(StatusWord.WRONG_DATA);
        };
        switch (apdu.p2()) {
            case 0xb8 -> decipherKey = role;
            case 0xa4 -> authenticationKey = role;
            default -> throw new CardException(StatusWord.WRONG_P1P2);
        }
        return ResponseApdu.ok();
    }

    private ResponseApdu performSecurityOperation(CommandApdu apdu) throws CardException {
        return switch (apdu.p1p2()) {
            case 0x9e9a -> {
                need(signingAllowed);
                byte[] signature = key(KeyRole.SIGN).sign(apdu.data());
                signingAllowed = userStaysForSigning;
                signatures = signatures + 1 & 0xffffff;
                yield ResponseApdu.of(signature);
            }
            case 0x8086 -> {
                need(useAllowed);
                yield ResponseApdu.of(key(decipherKey).decipher(apdu.data()));
            }
            default -> throw new CardException(StatusWord.WRONG_P1P2);
        };
    }

    private ResponseApdu internalAuthenticate(CommandApdu apdu) throws CardException {
        need(useAllowed);
        return ResponseApdu.of(key(authenticationKey).sign(apdu.data()));
    }

    private ResponseApdu generateKeyPair(CommandApdu apdu) throws CardException {
        List<Tlv> request = Tlv.parseAll(apdu.data());
        if (request.isEmpty()) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        KeyRole role = KeyRole.ofControlReference(request.getFirst().tag());
        switch (apdu.p1()) {
            case 0x80 -> {
                need(adminAllowed);
                put(role, CardKey.generate(algorithms.get(role)));
            }
            case 0x81 -> {}
            default -> throw new CardException(StatusWord.WRONG_P1P2);
        }
        return ResponseApdu.of(Tlv.encode(0x7f49, key(role).publicTemplate()));
    }

    private ResponseApdu importKey(CommandApdu apdu) throws CardException {
        need(adminAllowed);
        if (apdu.p1p2() != 0x3fff) {
            throw new CardException(StatusWord.WRONG_P1P2);
        }
        List<Tlv> outer = Tlv.parseAll(apdu.data());
        if (outer.size() != 1 || outer.getFirst().tag() != 0x4d) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        List<Tlv> list = Tlv.parseAll(outer.getFirst().value());
        if (list.isEmpty()) {
            throw new CardException(StatusWord.WRONG_DATA);
        }
        KeyRole role = KeyRole.ofControlReference(list.getFirst().tag());
        byte[] template = Tlv.find(list, 0x7f48).orElseThrow(() -> new CardException(StatusWord.WRONG_DATA)).value();
        byte[] data = Tlv.find(list, 0x5f48).orElseThrow(() -> new CardException(StatusWord.WRONG_DATA)).value();
        var parts = new ArrayList<byte[]>();
        int at = 0;
        for (Tlv.TagLength part : Tlv.parseTemplate(template)) {
            if (part.length() > data.length - at) {
                throw new CardException(StatusWord.WRONG_DATA);
            }
            parts.add(Arrays.copyOfRange(data, at, at + part.length()));
            at += part.length();
        }
        if (parts.isEmpty()) {
            keys.remove(role);
        } else {
            put(role, CardKey.imported(algorithms.get(role), parts));
        }
        return ResponseApdu.ok();
    }

    private void put(KeyRole role, CardKey key) {
        keys.put(role, key);
        fingerprints.remove(role);
        timestamps.remove(role);
        if (role == KeyRole.SIGN) {
            signatures = 0;
        }
    }

    private ResponseApdu getData(CommandApdu apdu) throws CardException {
        return ResponseApdu.of(object(apdu.p1p2()));
    }

    private byte[] object(int tag) throws CardException {
        return switch (tag) {
            case 0x4f -> applicationId();
            case 0x5f52 -> profile.historicalBytes();
            case 0x65 -> Tlv.concat(stored(0x5b), stored(0x5f2d), stored(0x5f35));
            case 0x6e -> applicationRelated();
            case 0x73 -> discretionary();
            case 0x7a -> Tlv.encode(0x93, signatureCounter());
            case 0x93 -> signatureCounter();
            case 0xc0 -> profile.extendedCapabilities();
            case 0xc1 -> algorithms.get(KeyRole.SIGN).attributes();
            case 0xc2 -> algorithms.get(KeyRole.DECRYPT).attributes();
            case 0xc3 -> algorithms.get(KeyRole.AUTHENTICATE).attributes();
            case 0xc4 -> passwordStatus();
            case 0xc5 -> three(fingerprints, FINGERPRINT);
            case 0xc6 -> three(authorities, FINGERPRINT);
            case 0xcd -> three(timestamps, 4);
            // Objects that exist on every card are empty when they are not set.
            case 0x5b, 0x5e, 0x5f2d, 0x5f35, 0x5f50 -> objects.getOrDefault(tag, new byte[0]);
            case 0xf9 -> objects.getOrDefault(tag, HexFormat.of().parseHex("810100"));
            case 0xfa -> {
                need34();
                yield algorithmInformation();
            }
            case 0x7f66 -> {
                need34();
                yield extendedLengthInformation();
            }
            case 0x7f74 -> {
                need34();
                yield HexFormat.of().parseHex("810120");
            }
            case 0x0103, 0x0104 -> {
                boolean allowed = tag == 0x0103 ? useAllowed : adminAllowed;
                need(allowed || !objects.containsKey(tag));
                yield plain(tag);
            }
            default -> plain(tag);
        };
    }

    private byte[] plain(int tag) throws CardException {
        byte[] value = objects.get(tag);
        boolean privateObject = tag >= 0x0101 && tag <= 0x0104;
        if (value == null && profile == Profile.OPENPGP_34 && (privateObject || tag == 0x7f21)) {
            return new byte[0];
        }
        if (value == null || privateObject && profile == Profile.GNUK) {
            throw new CardException(StatusWord.NO_REFERENCE);
        }
        return value.clone();
    }

    private void need34() throws CardException {
        if (profile != Profile.OPENPGP_34) {
            throw new CardException(StatusWord.NO_REFERENCE);
        }
    }

    private byte[] stored(int tag) {
        return Tlv.encode(tag, objects.getOrDefault(tag, new byte[0]));
    }

    private byte[] applicationId() {
        int version = profile.version();
        return Tlv.concat(
                RID_AND_APPLICATION,
                new byte[] {(byte) (version >> 8), (byte) version},
                MANUFACTURER,
                serial,
                new byte[2]);
    }

    private byte[] applicationRelated() {
        byte[] identity =
                Tlv.concat(Tlv.encode(0x4f, applicationId()), Tlv.encode(0x5f52, profile.historicalBytes()));
        byte[] discretionary = Tlv.encode(0x73, discretionary());
        return profile == Profile.OPENPGP_34
                ? Tlv.concat(
                        identity,
                        Tlv.encode(0x7f66, extendedLengthInformation()),
                        Tlv.encode(0x7f74, HexFormat.of().parseHex("810120")),
                        discretionary)
                : Tlv.concat(identity, discretionary);
    }

    private byte[] discretionary() {
        byte[] common = Tlv.concat(
                Tlv.encode(0xc0, profile.extendedCapabilities()),
                Tlv.encode(0xc1, algorithms.get(KeyRole.SIGN).attributes()),
                Tlv.encode(0xc2, algorithms.get(KeyRole.DECRYPT).attributes()),
                Tlv.encode(0xc3, algorithms.get(KeyRole.AUTHENTICATE).attributes()),
                Tlv.encode(0xc4, passwordStatus()),
                Tlv.encode(0xc5, three(fingerprints, FINGERPRINT)),
                Tlv.encode(0xc6, three(authorities, FINGERPRINT)),
                Tlv.encode(0xcd, three(timestamps, 4)));
        return common;
    }

    private byte[] passwordStatus() {
        return new byte[] {
            (byte) (userStaysForSigning ? 1 : 0), 127, 127, 127,
            (byte) user.tries(), (byte) resetting.tries(), (byte) admin.tries()
        };
    }

    private byte[] signatureCounter() {
        return new byte[] {(byte) (signatures >> 16), (byte) (signatures >> 8), (byte) signatures};
    }

    private static byte[] extendedLengthInformation() {
        byte[] limit = {0x02, 0x02, (byte) (COMMAND_LIMIT >> 8), (byte) COMMAND_LIMIT};
        return Tlv.concat(limit, limit);
    }

    private static byte[] algorithmInformation() {
        var out = new ByteArrayOutputStream();
        for (KeyRole role : KeyRole.values()) {
            for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
                if (algorithm.fits(role)) {
                    out.writeBytes(Tlv.encode(role.attributes, algorithm.attributes()));
                }
            }
        }
        return Tlv.encode(0xfa, out.toByteArray());
    }

    private static byte[] three(Map<KeyRole, byte[]> values, int size) {
        byte[] out = new byte[3 * size];
        for (KeyRole role : KeyRole.values()) {
            byte[] value = values.get(role);
            if (value != null) {
                System.arraycopy(value, 0, out, role.ordinal() * size, size);
            }
        }
        return out;
    }

    private ResponseApdu putData(CommandApdu apdu) throws CardException {
        int tag = apdu.p1p2();
        byte[] value = apdu.data();
        need(tag == 0x0101 || tag == 0x0103 ? useAllowed : adminAllowed);
        for (KeyRole role : KeyRole.values()) {
            if (tag == role.attributes) {
                KeyAlgorithm algorithm = KeyAlgorithm.of(value);
                if (!algorithm.fits(role)) {
                    throw new CardException(StatusWord.WRONG_DATA);
                }
                if (algorithms.put(role, algorithm) != algorithm) {
                    keys.remove(role);
                    fingerprints.remove(role);
                    timestamps.remove(role);
                }
                return ResponseApdu.ok();
            }
            if (tag == role.fingerprint) {
                return putFixed(fingerprints, role, value, FINGERPRINT);
            }
            if (tag == role.fingerprint + 3) {
                return putFixed(authorities, role, value, FINGERPRINT);
            }
            if (tag == role.timestamp) {
                return putFixed(timestamps, role, value, 4);
            }
        }
        switch (tag) {
            case 0xc4 -> {
                if (value.length == 0 || value[0] < 0 || value[0] > 1) {
                    throw new CardException(StatusWord.WRONG_DATA);
                }
                userStaysForSigning = value[0] == 1;
            }
            case 0xd3 -> {
                if (value.length == 0) {
                    resetting.unset();
                } else {
                    resetting.set(value);
                }
            }
            case 0x5b, 0x5e, 0x5f2d, 0x5f35, 0x5f50, 0x7f21, 0xf9, 0x0101, 0x0102, 0x0103, 0x0104 -> {
                if (tag >= 0x0101 && tag <= 0x0104 && profile == Profile.GNUK) {
                    throw new CardException(StatusWord.NO_REFERENCE);
                }
                if (value.length > OBJECT_LIMIT) {
                    throw new CardException(StatusWord.WRONG_LENGTH);
                }
                if (value.length == 0 && tag != 0x5b && tag != 0x5f2d && tag != 0x5f35) {
                    objects.remove(tag);
                } else {
                    objects.put(tag, value.clone());
                }
            }
            default -> throw new CardException(StatusWord.NO_REFERENCE);
        }
        return ResponseApdu.ok();
    }

    private static ResponseApdu putFixed(Map<KeyRole, byte[]> values, KeyRole role, byte[] value, int size)
            throws CardException {
        if (value.length != size) {
            throw new CardException(StatusWord.WRONG_LENGTH);
        }
        values.put(role, value.clone());
        return ResponseApdu.ok();
    }

    private ResponseApdu terminate() throws CardException {
        need(adminAllowed || admin.tries() == 0);
        reset();
        terminated = true;
        return ResponseApdu.ok();
    }

    private ResponseApdu activate() {
        if (terminated) {
            wipe();
        }
        return ResponseApdu.ok();
    }

    private void wipe() {
        reset();
        objects.clear();
        objects.put(0x5f2d, "en".getBytes(StandardCharsets.US_ASCII));
        objects.put(0x5f35, "9".getBytes(StandardCharsets.US_ASCII));
        keys.clear();
        fingerprints.clear();
        authorities.clear();
        timestamps.clear();
        for (KeyRole role : KeyRole.values()) {
            algorithms.put(role, KeyAlgorithm.RSA_2048);
        }
        user = new Pin("123456", 6);
        // Gnuk shows three tries for a resetting code that is not set, other cards none.
        resetting = new Pin(8, profile == Profile.GNUK ? 3 : 0);
        admin = new Pin("12345678", 8);
        userStaysForSigning = false;
        signatures = 0;
        terminated = false;
    }

    private CardKey key(KeyRole role) throws CardException {
        CardKey key = keys.get(role);
        if (key == null) {
            throw new CardException(StatusWord.NO_REFERENCE);
        }
        return key;
    }

    private static void need(boolean condition) throws CardException {
        if (!condition) {
            throw new CardException(StatusWord.SECURITY_STATUS);
        }
    }
}
