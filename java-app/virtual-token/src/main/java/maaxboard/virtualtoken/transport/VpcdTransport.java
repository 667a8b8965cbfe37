// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The card side of vsmartcard's vpcd, the reader driver for a pcscd on this host: messages with a 16-bit big-endian
 * length; a message of one byte is an order to the reader.
 *
 * <p>A connection is a card in the reader: unplugged or with its card out, the token has none. The driver knows no other
 * way; an empty answer to reset would block it.
 */
public final class VpcdTransport implements Transport {
    private static final int POWER_OFF = 0;
    private static final int POWER_ON = 1;
    private static final int RESET = 2;
    private static final int GET_ATR = 4;

    private final InetSocketAddress address;
    private CardSlot slot;
    private Dialer dialer;

    /** For the vpcd that listens, or will listen, at this address. */
    public VpcdTransport(InetSocketAddress address) {
        this.address = address;
    }

    @Override
    public void start(CardSlot served) {
        slot = served;
        dialer = new Dialer(address, () -> served.plugged() && served.cardPresent(), this::serve);
        dialer.start("vpcd " + address.getPort());
    }

    @Override
    public void changed() {
        dialer.recheck();
    }

    @Override
    public boolean blockProtocol() {
        return true;
    }

    @Override
    public void close() {
        dialer.close();
    }

    private void serve(Link link) throws IOException {
        while (true) {
            int length = link.read(2, ByteOrder.BIG_ENDIAN).getShort() & 0xffff;
            byte[] message = link.read(length, ByteOrder.BIG_ENDIAN).array();
            if (length == 1) {
                order(link, message[0]);
            } else if (length > 1 && !command(link, message)) {
                return;
            }
        }
    }

    private void order(Link link, int order) throws IOException {
        switch (order) {
            case GET_ATR -> send(link, slot.atr());
            case POWER_ON, POWER_OFF, RESET -> slot.powerOn();
            default -> {}
        }
    }

    /** Whether the connection lives on. */
    private boolean command(Link link, byte[] message) throws IOException {
        if (!slot.cardPresent()) {
            return false;
        }
        return switch (slot.exchange(message)) {
            case Reply.Data(byte[] response) -> {
                send(link, response);
                yield true;
            }
            case Reply.Trouble.SILENCE, Reply.Trouble.STALL -> true;
            case Reply.Trouble.CARD_GONE, Reply.Trouble.USB_RESET -> false;
        };
    }

    private static void send(Link link, byte[] bytes) throws IOException {
        link.write(ByteBuffer.allocate(2 + bytes.length).putShort((short) bytes.length).put(bytes).flip());
    }
}
