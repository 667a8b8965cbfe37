// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import static maaxboard.virtualtoken.transport.UsbRedirPacket.little;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A Nitrokey Start as a USB device, served over the usbredir protocol to QEMU's {@code usb-redir} device: the guest
 * sees a device on its bus that can be plugged and unplugged.
 *
 * <p>The connection's thread answers all USB requests; card commands run on a thread of their own, so that the bus stays
 * alive while the card is busy.
 */
public final class UsbRedirTransport implements Transport {
    private static final int FULL_SPEED = 1;
    private static final int TYPE_CONTROL = 0;
    private static final int TYPE_BULK = 2;
    private static final int TYPE_INTERRUPT = 3;
    private static final int TYPE_INVALID = 255;
    private static final int ENDPOINTS = 32;

    private static final int GET_STATUS = 0;
    private static final int CLEAR_FEATURE = 1;
    private static final int GET_DESCRIPTOR = 6;
    private static final int DEVICE_TO_HOST = 0x80;
    private static final int CLASS_REQUEST = 0x20;
    private static final int REQUEST_KIND = 0x60;
    private static final int TO_ENDPOINT = 0x02;
    private static final int CLASS_ABORT = 1;

    private static final int COMMAND_LIMIT = 1 << 16;
    private static final long EXTENSION_MILLISECONDS = 1_000;
    private static final long RESET_MILLISECONDS = 500;

    private record BulkRead(long id, int endpoint, int length) {}

    private final Path socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final ScheduledExecutorService timer = executor("usb timer");
    private final ScheduledExecutorService worker = executor("usb card");
    private CardSlot slot;
    private Dialer dialer;

    // All below: under the lock.
    private Link link;
    private boolean greeted;
    private boolean wideIds;
    private boolean attached;
    private boolean resetting;
    private boolean cardTold;
    private boolean powered;
    private boolean inStalled;
    private int interruptEndpoint;
    private long epoch;
    private byte[] received = {};
    private final Deque<BulkRead> reads = new ArrayDeque<>();
    private final Deque<byte[]> answers = new ArrayDeque<>();

    /** For the QEMU that listens, or will listen, at this Unix socket. */
    public UsbRedirTransport(Path socket) {
        this.socket = socket;
    }

    @Override
    public void start(CardSlot served) {
        slot = served;
        dialer = new Dialer(UnixDomainSocketAddress.of(socket), () -> true, this::serve);
        dialer.start("usbredir " + socket.getFileName());
    }

    @Override
    public boolean blockProtocol() {
        return true;
    }

    @Override
    public void close() {
        dialer.close();
        timer.shutdownNow();
        worker.shutdownNow();
    }

    @Override
    public void changed() {
        lock.lock();
        try {
            if (link != null && greeted) {
                synchronise();
            }
        } catch (IOException e) {
            dialer.drop();
        } finally {
            lock.unlock();
        }
    }

    private static ScheduledExecutorService executor(String name) {
        return Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }

    private void serve(Link fresh) throws IOException {
        lock.lock();
        try {
            link = fresh;
            greeted = false;
            wideIds = false;
            attached = false;
            forget();
            byte[] version = Arrays.copyOf(
                    "maaxboard virtual-token".getBytes(StandardCharsets.US_ASCII), UsbRedirPacket.VERSION_TEXT);
            send(UsbRedirPacket.HELLO, 0, little(68).put(version).putInt(UsbRedirPacket.CAPABILITIES));
        } finally {
            lock.unlock();
        }
        try {
            while (true) {
                UsbRedirPacket packet = UsbRedirPacket.read(fresh, wideIds);
                lock.lock();
                try {
                    handle(packet);
                } catch (BufferUnderflowException e) {
                    throw new IOException("a usbredir packet of type " + packet.type() + " is too short", e);
                } finally {
                    lock.unlock();
                }
            }
        } finally {
            lock.lock();
            try {
                link = null;
                attached = false;
                forget();
            } finally {
                lock.unlock();
            }
        }
    }

    private void handle(UsbRedirPacket packet) throws IOException {
        ByteBuffer in = packet.fields();
        long id = packet.id();
        switch (packet.type()) {
            case UsbRedirPacket.HELLO -> {
                in.position(UsbRedirPacket.VERSION_TEXT);
                int theirs = in.remaining() >= 4 ? in.getInt() : 0;
                if ((theirs & UsbRedirPacket.CAPABILITIES) != UsbRedirPacket.CAPABILITIES) {
                    throw new IOException("the peer's usbredir is too old: capabilities " + Integer.toHexString(theirs));
                }
                wideIds = true;
                greeted = true;
                synchronise();
            }
            case UsbRedirPacket.RESET -> forget();
            case UsbRedirPacket.SET_CONFIGURATION ->
                send(UsbRedirPacket.CONFIGURATION_STATUS, id, little(2).put((byte) 0).put(in.get()));
            case UsbRedirPacket.GET_CONFIGURATION ->
                send(UsbRedirPacket.CONFIGURATION_STATUS, id, little(2).put((byte) 0).put((byte) 1));
            case UsbRedirPacket.SET_ALT_SETTING ->
                send(UsbRedirPacket.ALT_SETTING_STATUS, id, little(3).put((byte) 0).put(in.get()).put(in.get()));
            case UsbRedirPacket.GET_ALT_SETTING ->
                send(UsbRedirPacket.ALT_SETTING_STATUS, id, little(3).put((byte) 0).put(in.get()).put((byte) 0));
            case UsbRedirPacket.START_INTERRUPT_RECEIVING -> {
                interruptEndpoint = in.get() & 0xff;
                send(UsbRedirPacket.INTERRUPT_RECEIVING_STATUS, id, little(2).put((byte) 0).put((byte) interruptEndpoint));
                notifySlotChange();
            }
            case UsbRedirPacket.STOP_INTERRUPT_RECEIVING -> {
                interruptEndpoint = 0;
                send(UsbRedirPacket.INTERRUPT_RECEIVING_STATUS, id, little(2).put((byte) 0).put(in.get()));
            }
            case UsbRedirPacket.CANCEL_DATA_PACKET -> cancel(id);
            case UsbRedirPacket.CONTROL -> control(id, in);
            case UsbRedirPacket.BULK -> bulk(id, in);
            case UsbRedirPacket.INTERRUPT -> send(UsbRedirPacket.INTERRUPT, id, little(4).put(packet.body(), 0, 4));
            default -> {}
        }
    }

    /** Brings what QEMU was told in line with the token. */
    private void synchronise() throws IOException {
        boolean wanted = slot.plugged() && !resetting;
        if (wanted && !attached) {
            attach();
        } else if (!wanted && attached) {
            attached = false;
            forget();
            send(UsbRedirPacket.DEVICE_DISCONNECT, 0, little(0));
        } else if (attached && slot.cardPresent() != cardTold) {
            powered = false;
            notifySlotChange();
        }
    }

    private void attach() throws IOException {
        attached = true;
        forget();
        byte[] types = new byte[ENDPOINTS];
        byte[] intervals = new byte[ENDPOINTS];
        short[] packets = new short[ENDPOINTS];
        Arrays.fill(types, (byte) TYPE_INVALID);
        endpoint(types, packets, 0x00, TYPE_CONTROL, 64);
        endpoint(types, packets, 0x80, TYPE_CONTROL, 64);
        endpoint(types, packets, UsbDescriptors.BULK_OUT, TYPE_BULK, UsbDescriptors.BULK_PACKET);
        endpoint(types, packets, UsbDescriptors.BULK_IN, TYPE_BULK, UsbDescriptors.BULK_PACKET);
        endpoint(types, packets, UsbDescriptors.INTERRUPT_IN, TYPE_INTERRUPT, UsbDescriptors.INTERRUPT_PACKET);
        intervals[index(UsbDescriptors.INTERRUPT_IN)] = (byte) 255;
        ByteBuffer endpoints = little(3 * ENDPOINTS + 2 * ENDPOINTS).put(types).put(intervals).put(new byte[ENDPOINTS]);
        for (short packet : packets) {
            endpoints.putShort(packet);
        }
        send(UsbRedirPacket.EP_INFO, 0, endpoints);

        byte[] classes = new byte[ENDPOINTS];
        classes[0] = UsbDescriptors.CLASS_SMART_CARD;
        send(UsbRedirPacket.INTERFACE_INFO, 0, little(4 + 4 * ENDPOINTS)
                .putInt(1)
                .put(new byte[ENDPOINTS])
                .put(classes)
                .put(new byte[2 * ENDPOINTS]));

        send(UsbRedirPacket.DEVICE_CONNECT, 0, little(8)
                .put((byte) FULL_SPEED)
                .put(new byte[3])
                .putShort((short) UsbDescriptors.VENDOR)
                .putShort((short) UsbDescriptors.PRODUCT));
    }

    private static void endpoint(byte[] types, short[] packets, int address, int type, int packet) {
        types[index(address)] = (byte) type;
        packets[index(address)] = (short) packet;
    }

    private static int index(int address) {
        return (address & 0x80) >> 3 | address & 0x0f;
    }

    private void control(long id, ByteBuffer in) throws IOException {
        byte endpoint = in.get();
        int request = in.get() & 0xff;
        int kind = in.get() & 0xff;
        in.get();
        int value = in.getShort() & 0xffff;
        int target = in.getShort() & 0xffff;
        int length = in.getShort() & 0xffff;

        Optional<byte[]> answer = Optional.of(new byte[0]);
        if (request == GET_DESCRIPTOR && kind == DEVICE_TO_HOST) {
            answer = UsbDescriptors.descriptor(value >> 8, value & 0xff, slot.serial(), slot.extendedLength());
        } else if ((kind & REQUEST_KIND) == CLASS_REQUEST) {
            answer = request == CLASS_ABORT ? answer : Optional.empty();
        } else if (request == GET_STATUS && (kind & DEVICE_TO_HOST) != 0) {
            boolean halted = kind == (DEVICE_TO_HOST | TO_ENDPOINT) && target == UsbDescriptors.BULK_IN && inStalled;
            answer = Optional.of(new byte[] {(byte) (halted ? 1 : 0), 0});
        } else if (request == CLEAR_FEATURE && kind == TO_ENDPOINT) {
            if (target == UsbDescriptors.BULK_IN) {
                inStalled = false;
            } else {
                received = new byte[0];
            }
        }
        byte[] data = answer.map(bytes -> Arrays.copyOf(bytes, Math.min(bytes.length, length))).orElse(new byte[0]);
        boolean read = (kind & DEVICE_TO_HOST) != 0;
        send(UsbRedirPacket.CONTROL, id, little(10 + data.length)
                .put(endpoint)
                .put((byte) request)
                .put((byte) kind)
                .put((byte) (answer.isPresent() ? UsbRedirPacket.SUCCESS : UsbRedirPacket.STALL))
                .putShort((short) value)
                .putShort((short) target)
                .putShort((short) (read ? data.length : length))
                .put(data));
    }

    private void bulk(long id, ByteBuffer in) throws IOException {
        int endpoint = in.get() & 0xff;
        in.get();
        int low = in.getShort() & 0xffff;
        in.getInt();
        int length = (in.getShort() & 0xffff) << 16 | low;
        if ((endpoint & 0x80) != 0) {
            reads.add(new BulkRead(id, endpoint, length));
            flush();
            return;
        }
        byte[] data = new byte[in.remaining()];
        in.get(data);
        sendBulk(id, endpoint, UsbRedirPacket.SUCCESS, length, new byte[0]);
        int have = received.length;
        received = Arrays.copyOf(received, have + data.length);
        System.arraycopy(data, 0, received, have, data.length);
        long whole = CcidMessage.wholeLength(received, received.length);
        while (whole >= 0 && whole <= received.length) {
            byte[] message = Arrays.copyOf(received, (int) whole);
            received = Arrays.copyOfRange(received, (int) whole, received.length);
            reader(CcidMessage.parse(message));
            whole = CcidMessage.wholeLength(received, received.length);
        }
        if (received.length > COMMAND_LIMIT) {
            received = new byte[0];
        }
    }

    private void reader(CcidMessage command) throws IOException {
        switch (command.type()) {
            case CcidMessage.POWER_ON -> {
                powered = slot.cardPresent();
                answer(powered
                        ? command.answer(CcidMessage.DATA_BLOCK, iccStatus(), 0, 0, slot.powerOn())
                        : failed(command, CcidMessage.DATA_BLOCK));
            }
            case CcidMessage.POWER_OFF -> {
                powered = false;
                answer(command.answer(CcidMessage.SLOT_STATUS, iccStatus(), 0, 0, new byte[0]));
            }
            case CcidMessage.GET_SLOT_STATUS ->
                answer(command.answer(CcidMessage.SLOT_STATUS, iccStatus(), 0, 0, new byte[0]));
            case CcidMessage.GET_PARAMETERS, CcidMessage.RESET_PARAMETERS, CcidMessage.SET_PARAMETERS -> {
                byte[] blockProtocolData = {0x11, 0x10, 0x00, 0x15, 0x00, (byte) 0xfe, 0x00};
                answer(command.answer(CcidMessage.PARAMETERS, iccStatus(), 0, 1, blockProtocolData));
            }
            case CcidMessage.XFR_BLOCK -> {
                if (powered && slot.cardPresent()) {
                    long begun = epoch;
                    worker.execute(() -> exchange(command, begun));
                } else {
                    answer(failed(command, CcidMessage.DATA_BLOCK));
                }
            }
            default -> answer(command.answer(
                    CcidMessage.SLOT_STATUS, CcidMessage.FAILED | iccStatus(), 0, 0, new byte[0]));
        }
    }

    private CcidMessage failed(CcidMessage command, int type) {
        return command.answer(
                type, CcidMessage.FAILED | iccStatus(), CcidMessage.ERROR_ICC_MUTE, 0, new byte[0]);
    }

    private int iccStatus() {
        if (!slot.cardPresent()) {
            return CcidMessage.ICC_ABSENT;
        }
        return powered ? CcidMessage.ICC_ACTIVE : CcidMessage.ICC_INACTIVE;
    }

    /** On the worker's thread, without the lock while the card thinks. */
    private void exchange(CcidMessage command, long begun) {
        CcidMessage extension = command.answer(
                CcidMessage.DATA_BLOCK, CcidMessage.TIME_EXTENSION | CcidMessage.ICC_ACTIVE, 1, 0, new byte[0]);
        Future<?> extensions;
        try {
            extensions = timer.scheduleAtFixedRate(
                    () -> late(extension, begun), EXTENSION_MILLISECONDS, EXTENSION_MILLISECONDS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return;
        }
        Reply reply;
        try {
            reply = slot.exchange(command.data());
        } finally {
            extensions.cancel(false);
        }
        lock.lock();
        try {
            if (link == null || epoch != begun) {
                return;
            }
            switch (reply) {
                case Reply.Data(byte[] response) ->
                    answer(command.answer(CcidMessage.DATA_BLOCK, iccStatus(), 0, 0, response));
                case Reply.Trouble.SILENCE -> {}
                case Reply.Trouble.CARD_GONE -> answer(failed(command, CcidMessage.DATA_BLOCK));
                case Reply.Trouble.STALL -> {
                    inStalled = true;
                    flush();
                }
                case Reply.Trouble.USB_RESET -> {
                    resetting = true;
                    synchronise();
                    timer.schedule(this::backAfterReset, RESET_MILLISECONDS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (IOException e) {
            dialer.drop();
        } finally {
            lock.unlock();
        }
    }

    private void late(CcidMessage message, long begun) {
        lock.lock();
        try {
            if (link != null && epoch == begun) {
                answer(message);
            }
        } catch (IOException e) {
            dialer.drop();
        } finally {
            lock.unlock();
        }
    }

    private void backAfterReset() {
        lock.lock();
        try {
            resetting = false;
        } finally {
            lock.unlock();
        }
        changed();
    }

    private void answer(CcidMessage message) throws IOException {
        answers.add(message.encode());
        flush();
    }

    /**
     * Gives waiting answers to waiting reads. A message that fills its reads to the brim ends with the last of them:
     * libccid reads with a buffer larger than any message, so a short packet ends each transfer.
     */
    private void flush() throws IOException {
        while (inStalled && !reads.isEmpty()) {
            BulkRead read = reads.remove();
            sendBulk(read.id(), read.endpoint(), UsbRedirPacket.STALL, 0, new byte[0]);
        }
        while (!answers.isEmpty() && !reads.isEmpty()) {
            BulkRead read = reads.remove();
            byte[] message = answers.remove();
            int now = Math.min(message.length, read.length());
            if (now < message.length) {
                answers.addFirst(Arrays.copyOfRange(message, now, message.length));
            }
            sendBulk(read.id(), read.endpoint(), UsbRedirPacket.SUCCESS, now, Arrays.copyOf(message, now));
        }
    }

    private void cancel(long id) throws IOException {
        for (BulkRead read : reads.toArray(BulkRead[]::new)) {
            if (read.id() == id) {
                reads.remove(read);
                sendBulk(id, read.endpoint(), UsbRedirPacket.CANCELLED, 0, new byte[0]);
            }
        }
    }

    private void notifySlotChange() throws IOException {
        cardTold = slot.cardPresent();
        if (interruptEndpoint != 0) {
            byte[] notice = {CcidMessage.NOTIFY_SLOT_CHANGE, (byte) (cardTold ? 3 : 2)};
            send(UsbRedirPacket.INTERRUPT, 0, little(4 + notice.length)
                    .put((byte) interruptEndpoint)
                    .put((byte) UsbRedirPacket.SUCCESS)
                    .putShort((short) notice.length)
                    .put(notice));
        }
    }

    /** The device as after a bus reset. */
    private void forget() {
        epoch++;
        received = new byte[0];
        reads.clear();
        answers.clear();
        powered = false;
        inStalled = false;
        interruptEndpoint = 0;
        cardTold = slot.cardPresent();
    }

    private void sendBulk(long id, int endpoint, int status, int length, byte[] data) throws IOException {
        send(UsbRedirPacket.BULK, id, little(10 + data.length)
                .put((byte) endpoint)
                .put((byte) status)
                .putShort((short) length)
                .putInt(0)
                .putShort((short) (length >> 16))
                .put(data));
    }

    private void send(int type, long id, ByteBuffer body) throws IOException {
        link.write(new UsbRedirPacket(type, id, body.array()).encode(wideIds));
    }
}
