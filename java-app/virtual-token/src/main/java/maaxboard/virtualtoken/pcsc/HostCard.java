// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.pcsc;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import maaxboard.virtualtoken.transport.CardSlot;
import maaxboard.virtualtoken.transport.Reply;
import maaxboard.virtualtoken.transport.Transport;

/**
 * A card in a reader of this host's pcscd, behind a transport: its commands and answers are relayed. The card is held for
 * the relay alone while it is in; it may be taken out and put in, and pcscd may be started anew.
 *
 * <p>The transport's reader speaks T=0 and the card may not: then its answer to reset is given with the same historical
 * bytes and T=0, and a command whose end cannot be told from it is passed on with Le = 00, as T=1 wants it.
 */
public final class HostCard implements CardSlot, AutoCloseable {
    private static final long WATCH_MILLISECONDS = 500;
    private static final int HEADER = 5;
    private static final int LENGTH = 4;
    /** TS, T0 and TA1 of a T=0 card at the fastest rate; T0 takes the number of historical bytes. */
    private static final byte[] T0_HEAD = {0x3b, 0x10, 0x11};

    private final String part;
    private final Transport transport;
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread watcher;
    private Pcsc.Card card;
    private volatile boolean closed;
    private String told = "";

    /**
     * Begins to relay; the card and its reader may come later.
     *
     * @param part of the reader's name; empty: the first with a card
     */
    public HostCard(String part, Transport transport) {
        this.part = part;
        this.transport = transport;
        transport.start(this);
        watcher = Thread.ofPlatform().daemon().name("pcsc").start(this::watch);
    }

    /**
     * The reader that a relay would take, and its card's answer to reset in hex.
     *
     * @param part of its name; empty: the first with a card
     * @throws PcscException if pcscd does not answer
     * @throws IllegalStateException with a sentence, if there is none such or no card in it
     */
    public static String describe(String part) throws PcscException {
        try (var pcsc = new Pcsc()) {
            List<Pcsc.Reader> readers = pcsc.readers();
            if (readers.isEmpty()) {
                throw new IllegalStateException("pcscd knows no reader");
            }
            Pcsc.Reader reader = choice(readers, part);
            if (reader == null) {
                throw new IllegalStateException("no reader's name has '" + part + "' in it; there are: "
                        + String.join(", ", readers.stream().map(Pcsc.Reader::name).toList()));
            }
            if (!reader.hasCard()) {
                throw new IllegalStateException("no card in " + reader.name());
            }
            return reader.name() + ", " + HexFormat.of().withUpperCase().formatHex(reader.atr());
        }
    }

    private static Pcsc.Reader choice(List<Pcsc.Reader> readers, String part) {
        List<Pcsc.Reader> named = readers.stream().filter(reader -> reader.name().contains(part)).toList();
        return named.stream().filter(Pcsc.Reader::hasCard).findFirst().orElse(named.isEmpty() ? null : named.getFirst());
    }

    private void watch() {
        while (!closed) {
            try (var pcsc = new Pcsc()) {
                follow(pcsc);
            } catch (PcscException | IllegalStateException e) {
                lose();
                tell(e.getMessage());
                pause();
            }
        }
    }

    /** Until pcscd is gone. */
    private void follow(Pcsc pcsc) throws PcscException {
        Pcsc.Reader reader = null;
        while (!closed) {
            if (reader == null) {
                reader = choice(pcsc.readers(), part);
                if (reader == null) {
                    tell(part.isEmpty() ? "pcscd knows no reader" : "no reader's name has '" + part + "' in it");
                    pause();
                    continue;
                }
            }
            if (!reader.hasCard()) {
                lose();
                // Another reader may have got one.
                reader = null;
                pause();
                continue;
            }
            if (!cardPresent()) {
                take(reader);
            }
            reader = pcsc.awaitChange(reader, WATCH_MILLISECONDS);
        }
    }

    private void take(Pcsc.Reader reader) {
        try {
            Pcsc.Card fresh = Pcsc.connect(reader);
            lock.lock();
            try {
                card = fresh;
            } finally {
                lock.unlock();
            }
            tell("relaying " + reader.name());
            transport.changed();
        } catch (PcscException e) {
            tell(e.getMessage());
        }
    }

    private void lose() {
        lock.lock();
        try {
            if (card == null) {
                return;
            }
            card.close();
            card = null;
        } finally {
            lock.unlock();
        }
        tell("no card");
        transport.changed();
    }

    /** Each sentence once. */
    private void tell(String what) {
        if (!what.equals(told)) {
            told = what;
            System.err.println("virtual-token: " + what);
        }
    }

    private void pause() {
        try {
            Thread.sleep(WATCH_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    @Override
    public boolean plugged() {
        return !closed;
    }

    @Override
    public boolean cardPresent() {
        lock.lock();
        try {
            return card != null;
        } finally {
            lock.unlock();
        }
    }

    /** A real card's own number is not this program's to know. */
    @Override
    public String serial() {
        return "00000000";
    }

    @Override
    public boolean extendedLength() {
        return true;
    }

    @Override
    public byte[] atr() {
        lock.lock();
        try {
            return card == null ? new byte[0] : forReader(card.atr());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public byte[] powerOn() {
        lock.lock();
        try {
            if (card != null) {
                card.reset();
            }
        } catch (PcscException e) {
            // The watcher sees what is wrong with the card, and the next command fails.
            System.err.println("virtual-token: " + e.getMessage());
        } finally {
            lock.unlock();
        }
        return atr();
    }

    @Override
    public Reply exchange(byte[] command) {
        lock.lock();
        try {
            if (card == null) {
                return Reply.Trouble.CARD_GONE;
            }
            return new Reply.Data(card.transmit(card.blockProtocol() ? withLe(command) : command));
        } catch (PcscException e) {
            System.err.println("virtual-token: " + e.getMessage());
        } finally {
            lock.unlock();
        }
        lose();
        return Reply.Trouble.CARD_GONE;
    }

    private byte[] forReader(byte[] atr) {
        return transport.blockProtocol() ? atr : forT0(atr);
    }

    /** The answer to reset of a card whose first protocol is T=0: this one if it is such a card's (ISO 7816-3, 8.2). */
    static byte[] forT0(byte[] atr) {
        int historical = atr.length > 1 ? atr[1] & 0x0f : 0;
        int indicator = atr.length > 1 ? (atr[1] & 0xf0) >> 4 : 0;
        int at = 2;
        boolean first = true;
        boolean t0 = true;
        while (indicator != 0 && at < atr.length) {
            at += Integer.bitCount(indicator & 7);
            if ((indicator & 8) == 0 || at >= atr.length) {
                break;
            }
            if (first) {
                t0 = (atr[at] & 0x0f) == 0;
                first = false;
            }
            indicator = (atr[at++] & 0xf0) >> 4;
        }
        if (t0) {
            return atr.clone();
        }
        byte[] translated = Arrays.copyOf(T0_HEAD, T0_HEAD.length + historical);
        translated[1] |= (byte) historical;
        int from = Math.min(at, atr.length);
        System.arraycopy(atr, from, translated, T0_HEAD.length, Math.min(historical, atr.length - from));
        return translated;
    }

    /** In T=0 a command with data says nothing of an answer; in T=1 Le = 00 says that there may be one. */
    static byte[] withLe(byte[] command) {
        boolean dataOnly = command.length > HEADER && command.length == HEADER + (command[LENGTH] & 0xff);
        return dataOnly ? Arrays.copyOf(command, command.length + 1) : command;
    }

    @Override
    public void close() {
        closed = true;
        watcher.interrupt();
        transport.close();
        lose();
    }
}
