// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The client of QEMU's {@code ccid-card-passthru}: the virtual smart card protocol (VSC, version 0.0.2). Each message
 * has a header of three big-endian 32-bit words: type, reader, length.
 *
 * <p>QEMU's {@code usb-ccid} reader speaks T=0 only. When a card is removed it throws away the answer to a command that
 * the guest still waits for; the guest's driver then waits for minutes, where a real reader would say at once that the
 * card is gone. So a card leaves between two commands: those that still come are answered with status 6F00, and QEMU
 * hears of the removal when none has come for a while.
 */
public final class VscTransport implements Transport {
    static final int INIT = 1;
    static final int ERROR = 2;
    static final int READER_ADD = 3;
    static final int READER_REMOVE = 4;
    static final int ATR = 5;
    static final int CARD_REMOVE = 6;
    static final int APDU = 7;
    static final int FLUSH = 8;
    static final int FLUSH_COMPLETE = 9;

    static final int MAGIC = 0x56534344;
    static final int VERSION = 0x00000002;
    static final int UNDEFINED_READER = 0xffffffff;
    private static final int LONGEST = 1 << 20;
    /** Status word 6F00, no precise diagnosis (ISO/IEC 7816-4, 5.6), of a card that is going. */
    private static final byte[] GONE = {0x6f, 0x00};
    /** So long without a command, and a card may leave; it leaves in any case after the longer time. */
    private static final long QUIET_NANOS = 150_000_000;
    private static final long LONGEST_FAREWELL_NANOS = 2_000_000_000;

    private final Path socket;
    private final ReentrantLock lock = new ReentrantLock();
    /** Tells QEMU of what was plugged and moved, in order. */
    private final ExecutorService changes =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("vsc changes").factory());
    private CardSlot slot;
    private Dialer dialer;
    private Link link;
    private int reader;
    private boolean initialised;
    private boolean readerAsked;
    private boolean readerReady;
    private volatile boolean cardTold;
    private volatile boolean commandUnderWay;
    private volatile long lastCommand = System.nanoTime() - QUIET_NANOS;

    /** For the VSC server that listens, or will listen, at this Unix socket. */
    public VscTransport(Path socket) {
        this.socket = socket;
    }

    @Override
    public void start(CardSlot served) {
        slot = served;
        dialer = new Dialer(UnixDomainSocketAddress.of(socket), () -> true, this::serve);
        dialer.start("vsc " + socket.getFileName());
    }

    @Override
    public boolean blockProtocol() {
        return false;
    }

    @Override
    public void close() {
        // QEMU keeps a card whose client merely disconnects.
        change(false, false);
        changes.close();
        dialer.close();
    }

    @Override
    public void changed() {
        change(slot.plugged(), slot.cardPresent());
    }

    /** QEMU is told, soon, that the token is so now. */
    private void change(boolean plugged, boolean cardPresent) {
        if (changes.isShutdown()) {
            return;
        }
        changes.execute(() -> {
            if (cardTold && !(plugged && cardPresent)) {
                awaitQuiet();
            }
            lock.lock();
            try {
                if (link != null && initialised) {
                    synchronise(plugged, cardPresent);
                }
            } catch (IOException e) {
                dialer.drop();
            } finally {
                lock.unlock();
            }
        });
    }

    private void awaitQuiet() {
        long since = System.nanoTime();
        try {
            for (long now = since; !quiet(now) && now - since < LONGEST_FAREWELL_NANOS; now = System.nanoTime()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean quiet(long now) {
        return !commandUnderWay && now - lastCommand > QUIET_NANOS;
    }

    private void serve(Link fresh) throws IOException {
        lock.lock();
        try {
            link = fresh;
            reader = 0;
            initialised = false;
            readerAsked = false;
            readerReady = false;
            cardTold = false;
            send(INIT, UNDEFINED_READER, ByteBuffer.allocate(12).putInt(MAGIC).putInt(VERSION).putInt(0).array());
        } finally {
            lock.unlock();
        }
        try {
            while (true) {
                ByteBuffer header = fresh.read(12, ByteOrder.BIG_ENDIAN);
                int type = header.getInt();
                int from = header.getInt();
                int length = header.getInt();
                if (length < 0 || length > LONGEST) {
                    throw new IOException("a VSC message of " + Integer.toUnsignedString(length) + " bytes");
                }
                handle(type, from, fresh.read(length, ByteOrder.BIG_ENDIAN));
            }
        } finally {
            lock.lock();
            try {
                link = null;
            } finally {
                lock.unlock();
            }
        }
    }

    private void handle(int type, int from, ByteBuffer body) throws IOException {
        switch (type) {
            case INIT -> {
                lock.lock();
                try {
                    initialised = true;
                    synchronise(slot.plugged(), slot.cardPresent());
                } finally {
                    lock.unlock();
                }
            }
            case ERROR -> readerAnswer(from, body.remaining() >= 4 ? body.getInt() : 0);
            case APDU -> command(from, body.array());
            case FLUSH -> send(FLUSH_COMPLETE, from, new byte[0]);
            default -> {}
        }
    }

    /** An Error message with code 0 is the answer to ReaderAdd: it names the reader. */
    private void readerAnswer(int from, int code) throws IOException {
        lock.lock();
        try {
            if (readerAsked && !readerReady) {
                if (code != 0) {
                    System.err.println("virtual-token: QEMU refused the reader, VSC error " + code);
                    return;
                }
                readerReady = true;
                reader = from;
                synchronise(slot.plugged(), slot.cardPresent());
            }
        } finally {
            lock.unlock();
        }
    }

    private void command(int from, byte[] command) throws IOException {
        commandUnderWay = true;
        try {
            switch (slot.plugged() && slot.cardPresent() ? slot.exchange(command) : Reply.Trouble.CARD_GONE) {
                case Reply.Data(byte[] response) -> send(APDU, from, response);
                case Reply.Trouble.SILENCE, Reply.Trouble.STALL -> {}
                case Reply.Trouble.CARD_GONE -> send(APDU, from, GONE);
                case Reply.Trouble.USB_RESET -> {
                    send(APDU, from, GONE);
                    change(false, false);
                    changed();
                }
            }
        } finally {
            lastCommand = System.nanoTime();
            commandUnderWay = false;
        }
    }

    /** Brings what QEMU was told in line with the token. Under the lock. */
    private void synchronise(boolean plugged, boolean cardPresent) throws IOException {
        if (!plugged) {
            retract(true);
            return;
        }
        if (!readerAsked) {
            readerAsked = true;
            send(READER_ADD, UNDEFINED_READER, "Virtual token".getBytes(StandardCharsets.US_ASCII));
        }
        if (readerReady && cardPresent != cardTold) {
            if (cardTold) {
                retract(false);
            } else {
                cardTold = true;
                send(ATR, reader, slot.powerOn());
            }
        }
    }

    private void retract(boolean readerToo) throws IOException {
        if (cardTold) {
            cardTold = false;
            send(CARD_REMOVE, reader, new byte[0]);
        }
        if (readerToo && readerAsked) {
            readerAsked = false;
            readerReady = false;
            send(READER_REMOVE, reader, new byte[0]);
        }
    }

    private void send(int type, int to, byte[] body) throws IOException {
        Link current = link;
        if (current != null) {
            current.write(ByteBuffer.allocate(12 + body.length)
                    .putInt(type)
                    .putInt(to)
                    .putInt(body.length)
                    .put(body)
                    .flip());
        }
    }
}
