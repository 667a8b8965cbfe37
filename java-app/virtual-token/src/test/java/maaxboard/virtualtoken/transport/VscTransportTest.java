// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class VscTransportTest {
    private static final int READER = 3;

    @TempDir
    Path directory;

    private final FakeSlot slot = new FakeSlot();
    private FakePeer qemu;
    private VscTransport transport;

    @BeforeEach
    void connect() throws IOException {
        Path socket = directory.resolve("t");
        qemu = new FakePeer(socket);
        transport = new VscTransport(socket);
        transport.start(slot);
        qemu.accept();
        ByteBuffer hello = ByteBuffer.wrap(expect(VscTransport.INIT));
        assertEquals(VscTransport.MAGIC, hello.getInt());
        assertEquals(VscTransport.VERSION, hello.getInt());
        send(VscTransport.INIT, 0, hello.array());
    }

    @AfterEach
    void disconnect() throws IOException {
        transport.close();
        qemu.close();
    }

    private byte[] expect(int type) throws IOException {
        ByteBuffer header = qemu.read(12, ByteOrder.BIG_ENDIAN);
        assertEquals(type, header.getInt());
        header.getInt();
        return qemu.read(header.getInt(), ByteOrder.BIG_ENDIAN).array();
    }

    private void send(int type, int reader, byte[] body) throws IOException {
        qemu.write(ByteBuffer.allocate(12 + body.length).putInt(type).putInt(reader).putInt(body.length).put(body).flip());
    }

    private void admit() throws IOException {
        expect(VscTransport.READER_ADD);
        send(VscTransport.ERROR, READER, new byte[4]);
        assertArrayEquals(FakeSlot.ATR, expect(VscTransport.ATR));
    }

    @Test
    void theReaderIsAddedThenTheCard() throws IOException {
        admit();
    }

    @Test
    void commandsAreAnswered() throws IOException {
        admit();
        send(VscTransport.APDU, READER, new byte[] {0, (byte) 0x84, 0, 0, 32});
        assertArrayEquals(new byte[] {(byte) 0x90, 0}, expect(VscTransport.APDU));
        send(VscTransport.FLUSH, READER, new byte[0]);
        expect(VscTransport.FLUSH_COMPLETE);
    }

    @Test
    void aMovedCardIsTold() throws IOException {
        admit();
        slot.present = false;
        transport.changed();
        expect(VscTransport.CARD_REMOVE);
        slot.present = true;
        transport.changed();
        assertArrayEquals(FakeSlot.ATR, expect(VscTransport.ATR));
    }

    @Test
    void aCardThatGoesUnderACommandAnswersItBeforeQemuHearsOfTheRemoval() throws IOException {
        admit();
        slot.answer = command -> {
            slot.present = false;
            transport.changed();
            return Reply.Trouble.CARD_GONE;
        };
        send(VscTransport.APDU, READER, new byte[] {0, (byte) 0x84, 0, 0, 32});
        assertArrayEquals(new byte[] {0x6f, 0}, expect(VscTransport.APDU));
        expect(VscTransport.CARD_REMOVE);
    }

    @Test
    void unpluggedTheReaderGoesAndComesBack() throws IOException {
        admit();
        slot.plugged = false;
        transport.changed();
        expect(VscTransport.CARD_REMOVE);
        expect(VscTransport.READER_REMOVE);
        slot.plugged = true;
        transport.changed();
        admit();
    }

    @Test
    void closingTakesTheCardAway() throws IOException {
        admit();
        transport.close();
        expect(VscTransport.CARD_REMOVE);
        expect(VscTransport.READER_REMOVE);
    }
}
