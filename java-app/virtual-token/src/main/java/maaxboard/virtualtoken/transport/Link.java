// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;

/** A connected stream socket. One thread reads; any thread may write, each message as a whole, or close. */
final class Link implements AutoCloseable {
    private final SocketChannel channel;
    private final boolean tcp;
    private final ReentrantLock writing = new ReentrantLock();

    private Link(SocketChannel channel, boolean tcp) {
        this.channel = channel;
        this.tcp = tcp;
    }

    static Link connect(SocketAddress address) throws IOException {
        boolean tcp = !(address instanceof UnixDomainSocketAddress);
        SocketChannel channel = tcp ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(address);
            if (tcp) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            return new Link(channel, tcp);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Exactly so many bytes. */
    ByteBuffer read(int length, ByteOrder order) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(order);
        while (buffer.hasRemaining()) {
            if (tcp) {
                // vpcd writes length and body apart with Nagle on: a delayed ACK would cost 40 ms per APDU, and the
                // kernel falls back to delaying unless told anew.
                channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
            }
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other end closed the connection");
            }
        }
        return buffer.flip();
    }

    void write(ByteBuffer message) throws IOException {
        writing.lock();
        try {
            while (message.hasRemaining()) {
                channel.write(message);
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is left to do for a connection that is being given up.
        }
    }
}
