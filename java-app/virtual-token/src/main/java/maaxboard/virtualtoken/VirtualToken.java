// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import maaxboard.virtualtoken.card.ChallengeSource;
import maaxboard.virtualtoken.card.OpenPgpCard;
import maaxboard.virtualtoken.card.Profile;
import maaxboard.virtualtoken.card.ResponseApdu;
import maaxboard.virtualtoken.card.StatusWord;
import maaxboard.virtualtoken.fault.ActiveFault;
import maaxboard.virtualtoken.fault.Fault;
import maaxboard.virtualtoken.fault.FaultCatalogue;
import maaxboard.virtualtoken.transport.CardSlot;
import maaxboard.virtualtoken.transport.Reply;
import maaxboard.virtualtoken.transport.Transport;

/**
 * One token: a card in a device behind a transport, with the faults it was told to have. Safe for use by several
 * threads.
 */
public final class VirtualToken implements AutoCloseable {
    /** The serial number of the first token if nobody chose one. */
    public static final String DEFAULT_SERIAL = "43211234";

    private static final int GET_CHALLENGE = 0x84;
    private static final int INS = 1;

    private final Transport transport;
    private final OpenPgpCard card;
    private final Profile profile;
    private final HashList hashes;
    private final ExchangeListener listener;
    private final SplittableRandom chance;
    private final ChallengeSource random;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private volatile boolean plugged;
    private volatile boolean cardPresent = true;
    private volatile boolean closed;
    private volatile String serial;
    private ActiveFault fault;
    private long commands;
    private long challenges;
    private long challengeBytes;
    /** Answers of 32 bytes: as many as there are lines in the list of hashes. */
    private long whole;
    private long wholeBeforeFault;
    private long powerOns;

    private VirtualToken(Builder builder) throws IOException {
        profile = builder.profile;
        transport = builder.transport;
        serial = checkedSerial(builder.serial);
        listener = builder.listener;
        random = builder.random;
        chance = new SplittableRandom(builder.seed);
        plugged = builder.plugged;
        fault = FaultCatalogue.parse(builder.fault, chance);
        card = new OpenPgpCard(profile, HexFormat.of().parseHex(serial), transport.blockProtocol(), this::challenge);
        hashes = builder.hashes == null ? null : new HashList(builder.hashes);
    }

    /** Is told what the card is asked and what it gives away. */
    @FunctionalInterface
    public interface ExchangeListener {
        /** A command and its answer, before the answer leaves. */
        void exchanged(byte[] command, ResponseApdu answer);
    }

    /** How to make a token; only the transport must be given. */
    public static final class Builder {
        private final Transport transport;
        private String serial = DEFAULT_SERIAL;
        private Profile profile = Profile.GNUK;
        private Path hashes;
        private ExchangeListener listener = (command, answer) -> {};
        private ChallengeSource random = secureRandom();
        private long seed;
        private boolean plugged = true;
        private String fault = "none";

        private Builder(Transport transport) {
            this.transport = transport;
        }

        /** Eight hex digits. */
        public Builder serial(String hex) {
            serial = hex;
            return this;
        }

        /** Which card is played; {@link Profile#GNUK} if not said. */
        public Builder profile(Profile which) {
            profile = which;
            return this;
        }

        /** A file to which the SHA-256 of each 32-byte answer is appended, before the answer leaves. */
        public Builder hashes(Path file) {
            hashes = file;
            return this;
        }

        /** Is told of every command that is answered, and with what; faults have done their work by then. */
        public Builder onExchange(ExchangeListener told) {
            listener = told;
            return this;
        }

        /** Where good random bytes come from; {@link SecureRandom} if not said. */
        public Builder random(ChallengeSource source) {
            random = source;
            return this;
        }

        /** What the chance in faults and scripts starts from; 0 if not said. */
        public Builder seed(long number) {
            seed = number;
            return this;
        }

        /** Starts without being plugged in. */
        public Builder unplugged() {
            plugged = false;
            return this;
        }

        /** A fault from the start, as {@link FaultCatalogue#parse} reads it. */
        public Builder fault(String text) {
            fault = text;
            return this;
        }

        /**
         * Starts to serve.
         *
         * @throws IllegalArgumentException if serial or fault make no sense
         * @throws IOException if the file of hashes cannot be made
         */
        public VirtualToken start() throws IOException {
            var token = new VirtualToken(this);
            transport.start(token.new Slot());
            return token;
        }

        private static ChallengeSource secureRandom() {
            var source = new SecureRandom();
            return length -> {
                byte[] bytes = new byte[length];
                source.nextBytes(bytes);
                return bytes;
            };
        }
    }

    /** A token behind this transport, which nobody else may use. */
    public static Builder on(Transport transport) {
        return new Builder(transport);
    }

    /** Plugs the device in. */
    public void plug() {
        plugged = true;
        transport.changed();
    }

    /** Unplugs the device. The card stays in it and loses its power. */
    public void unplug() {
        plugged = false;
        transport.changed();
    }

    /** Puts the card in. */
    public void cardIn() {
        cardPresent = true;
        transport.changed();
    }

    /** Takes the card out. */
    public void cardOut() {
        cardPresent = false;
        transport.changed();
    }

    /**
     * Makes the token misbehave, or behave again ({@code none}).
     *
     * @throws IllegalArgumentException if there is no such fault
     */
    public void fault(String text) {
        lock.lock();
        try {
            fault = FaultCatalogue.parse(text, chance);
            wholeBeforeFault = whole;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Another serial number, as if another token had been plugged into the same port.
     *
     * @param hex eight hex digits
     */
    public void changeSerial(String hex) {
        String checked = checkedSerial(hex);
        boolean was = plugged;
        unplug();
        lock.lock();
        try {
            serial = checked;
            card.setSerial(HexFormat.of().parseHex(checked));
        } finally {
            lock.unlock();
        }
        if (was) {
            plug();
        }
    }

    /**
     * Does what a line of the control socket or of a script says.
     *
     * @throws IllegalArgumentException if there is no such order
     */
    public void order(String line) {
        Order.parse(line).applyTo(this);
    }

    /** How the token is. */
    public Status status() {
        lock.lock();
        try {
            String text = fault == null ? "none" : fault.text();
            return new Status(
                    serial, plugged, cardPresent, text, commands, challenges, challengeBytes, wholeBeforeFault, powerOns);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until so many challenges have been answered since the token was made.
     *
     * @return whether they have been; false if the token was closed first
     */
    boolean awaitChallenges(long count) throws InterruptedException {
        lock.lock();
        try {
            while (challenges < count && !closed) {
                progress.await();
            }
            return challenges >= count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        lock.lock();
        try {
            progress.signalAll();
        } finally {
            lock.unlock();
        }
        transport.close();
        if (hashes != null) {
            try {
                hashes.close();
            } catch (IOException e) {
                throw new UncheckedIOException("closing the file of hashes: " + e.getMessage(), e);
            }
        }
    }

    private static String checkedSerial(String hex) {
        if (!hex.matches("[0-9A-Fa-f]{8}")) {
            throw new IllegalArgumentException("serial " + hex + " is not eight hex digits");
        }
        return hex.toUpperCase(java.util.Locale.ROOT);
    }

    /** The card's random source: under the lock. */
    private byte[] challenge(int length) {
        return fault != null && fault.fault() instanceof Fault.Content(ChallengeSource source)
                ? source.next(length)
                : random.next(length);
    }

    private Reply exchange(byte[] command) {
        boolean challenge = command.length > INS && (command[INS] & 0xff) == GET_CHALLENGE;
        Fault hit;
        ResponseApdu answer;
        lock.lock();
        try {
            commands++;
            ActiveFault active = fault != null && (challenge || fault.everyCommand()) ? fault : null;
            answer = ResponseApdu.parse(card.transmit(command));
            hit = active == null ? null : active.fault();
            if (active != null) {
                fault = active.afterHit();
            }
            if (hit instanceof Fault.Answer(var change)) {
                answer = change.apply(answer);
            }
            if (!(hit instanceof Fault.Behaviour)) {
                listener.exchanged(command, answer);
                if (challenge && answer.statusWord() == StatusWord.OK) {
                    record(answer.data());
                }
            }
        } finally {
            lock.unlock();
        }
        return switch (hit) {
            case Fault.Delay(long milliseconds) -> {
                sleep(milliseconds);
                yield new Reply.Data(answer.encode());
            }
            case Fault.Behaviour.SILENT -> Reply.Trouble.SILENCE;
            case Fault.Behaviour.TEAR -> {
                cardOut();
                yield Reply.Trouble.CARD_GONE;
            }
            case Fault.Behaviour.YANK -> {
                unplug();
                yield Reply.Trouble.CARD_GONE;
            }
            case Fault.Behaviour.STALL -> Reply.Trouble.STALL;
            case Fault.Behaviour.USB_RESET -> Reply.Trouble.USB_RESET;
            case null, default -> new Reply.Data(answer.encode());
        };
    }

    /** A good answer is on its way: under the lock, so that a fault begins between two answers. */
    private void record(byte[] data) {
        if (data.length == HashList.ANSWER) {
            whole++;
            if (hashes != null) {
                hashes.add(data);
            }
        }
        challenges++;
        challengeBytes += data.length;
        progress.signalAll();
    }

    private static void sleep(long milliseconds) {
        try {
            TimeUnit.MILLISECONDS.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Slot implements CardSlot {
        @Override
        public boolean plugged() {
            return plugged && !closed;
        }

        @Override
        public boolean cardPresent() {
            return cardPresent;
        }

        @Override
        public String serial() {
            return serial;
        }

        @Override
        public boolean extendedLength() {
            return profile.extendedLength();
        }

        @Override
        public byte[] atr() {
            return card.atr();
        }

        @Override
        public byte[] powerOn() {
            lock.lock();
            try {
                powerOns++;
                card.reset();
                return card.atr();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Reply exchange(byte[] command) {
            return VirtualToken.this.exchange(command);
        }
    }
}
