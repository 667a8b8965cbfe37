// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.Slot;
import maaxboard.guest.Guest;

/**
 * The consumer, and the proof that what it takes is what the tokens gave: every 32 bytes are looked up in the tokens' own
 * lists, each must come after those before it, none may come twice.
 */
public final class Delivery {
    private static final int ANSWER = 32;
    /** 64 hex digits and a line feed. */
    private static final int LINE = 65;
    private static final int LOOKS = 20;
    private static final int MOST_LINES = 100_000;

    private final Rig rig;
    private RegionConsumer consumer;
    private final List<Map<String, Integer>> known = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    private final int[] read = new int[2];
    private final int[] last = {-1, -1};
    private long bytes;
    private boolean strangersExpected;
    private long strange;
    private final List<String> strangers = new ArrayList<>();

    Delivery(Rig rig) {
        this.rig = rig;
    }

    /** Takes all there is; the number of bytes. */
    public long drain() throws RegionException {
        if (consumer == null) {
            consumer = RegionConsumer.attach(rig.region()).orElse(null);
            if (consumer == null) {
                return 0;
            }
        }
        consumer.beat();
        long taken = 0;
        for (var slot = consumer.next(); slot.isPresent(); slot = consumer.next()) {
            check(slot.get());
            taken += slot.get().payload().length;
        }
        bytes += taken;
        return taken;
    }

    /** What the producer says now. */
    public RegionHeader header() {
        return RegionHeader.read(rig.region());
    }

    /** How many answers a token has given so far. */
    int answers(int token) {
        learn(token);
        return read[token];
    }

    /** The place in a token's list of the last answer that arrived; -1: none. */
    int lastArrived(int token) {
        return last[token];
    }

    /** Bytes taken so far. */
    public long bytes() {
        return bytes;
    }

    /**
     * Bytes published less bytes taken, which changes only if some are lost or come twice. The producer counts a slot
     * before it shows it: the least of several looks, during each of which nothing was counted.
     */
    long balance() throws RegionException {
        long least = Long.MAX_VALUE;
        for (int looks = 0; looks < LOOKS; ) {
            long published = header().published();
            drain();
            if (header().published() == published) {
                least = Math.min(least, published - bytes);
                looks++;
            }
            Guest.pause(Duration.ofMillis(2));
        }
        return least;
    }

    /** Slots whose bytes no token gave, or gave earlier, or that came twice; there must be none. */
    public List<String> strangers() {
        return List.copyOf(strangers);
    }

    /** What a failed case left must not be held against the next. */
    void forgetStrangers() {
        strangers.clear();
    }

    /** Whether bytes that no token gave as a whole answer are held against the service, from now on. */
    void expectStrangers(boolean expected) {
        strangersExpected = expected;
    }

    /** Bytes of slots that were not found. */
    long strange() {
        return strange;
    }

    long torn() {
        return consumer == null ? 0 : consumer.torn();
    }

    private void check(Slot slot) {
        byte[] payload = slot.payload();
        for (int at = 0; at < payload.length; at += ANSWER) {
            String hash = sha256(Arrays.copyOfRange(payload, at, Math.min(at + ANSWER, payload.length)));
            if (!arrived(hash)) {
                strange += payload.length;
                if (strangersExpected) {
                    return;
                }
                strangers.add(slot + ", byte " + at + ": " + HexFormat.of().formatHex(payload, at, at + 8) + "...");
                return;
            }
        }
    }

    private boolean arrived(String hash) {
        for (int pass = 0; pass < 2; pass++) {
            for (int token = 0; token < 2; token++) {
                Integer place = known.get(token).get(hash);
                if (place != null && place > last[token]) {
                    last[token] = place;
                    forget(token);
                    return true;
                }
            }
            learn(0);
            learn(1);
        }
        return false;
    }

    /** Reads what is new in a token's list: whole lines only, the last may be half written. */
    private void learn(int token) {
        Path file = rig.hashes(token);
        try (var in = Files.exists(file) ? new RandomAccessFile(file.toFile(), "r") : null) {
            if (in == null) {
                return;
            }
            long from = (long) read[token] * LINE;
            byte[] lines = new byte[(int) Math.min((in.length() - from) / LINE, MOST_LINES) * LINE];
            in.seek(from);
            in.readFully(lines);
            Map<String, Integer> answers = known.get(token);
            for (int at = 0; at < lines.length; at += LINE) {
                answers.put(new String(lines, at, LINE - 1, StandardCharsets.US_ASCII), read[token]++);
            }
            if (lines.length == MOST_LINES * LINE) {
                learn(token);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came before the last answer that arrived can never be right again. */
    private void forget(int token) {
        var places = known.get(token).values().iterator();
        while (places.hasNext() && places.next() <= last[token]) {
            places.remove();
        }
    }

    private static String sha256(byte[] data) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
