// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class UsbRedirTransportTest {
    @TempDir
    Path directory;

    private final FakeSlot slot = new FakeSlot();
    private FakePeer qemu;
    private UsbRedirTransport transport;

    @BeforeEach
    void connect() throws IOException {
        Path socket = directory.resolve("t");
        qemu = new FakePeer(socket);
        transport = new UsbRedirTransport(socket);
        transport.start(slot);
        qemu.accept();
        ByteBuffer header = qemu.read(12, ByteOrder.LITTLE_ENDIAN);
        assertEquals(UsbRedirPacket.HELLO, header.getInt());
        qemu.read(header.getInt(), ByteOrder.LITTLE_ENDIAN);
        ByteBuffer hello = UsbRedirPacket.little(68).put(new byte[64]).putInt(0xff);
        qemu.write(new UsbRedirPacket(UsbRedirPacket.HELLO, 0, hello.array()).encode(false));
    }

    @AfterEach
    void disconnect() throws IOException {
        transport.close();
        qemu.close();
    }

    private UsbRedirPacket next() throws IOException {
        ByteBuffer header = qemu.read(16, ByteOrder.LITTLE_ENDIAN);
        int type = header.getInt();
        int length = header.getInt();
        long id = header.getLong();
        return new UsbRedirPacket(type, id, qemu.read(length, ByteOrder.LITTLE_ENDIAN).array());
    }

    private UsbRedirPacket expect(int type) throws IOException {
        UsbRedirPacket packet = next();
        assertEquals(type, packet.type());
        return packet;
    }

    private void expectDevice() throws IOException {
        expect(UsbRedirPacket.EP_INFO);
        expect(UsbRedirPacket.INTERFACE_INFO);
        assertEquals("01000000a0201142", HexFormat.of().formatHex(expect(UsbRedirPacket.DEVICE_CONNECT).body()));
    }

    private void send(int type, long id, ByteBuffer body) throws IOException {
        qemu.write(new UsbRedirPacket(type, id, body.array()).encode(true));
    }

    private byte[] control(int request, int kind, int value, int index, int length) throws IOException {
        send(UsbRedirPacket.CONTROL, 5, UsbRedirPacket.little(10)
                .put((byte) (kind & 0x80)).put((byte) request).put((byte) kind).put((byte) 0)
                .putShort((short) value).putShort((short) index).putShort((short) length));
        return expect(UsbRedirPacket.CONTROL).body();
    }

    private void bulkOut(String hex) throws IOException {
        byte[] data = HexFormat.of().parseHex(hex);
        send(UsbRedirPacket.BULK, 6, UsbRedirPacket.little(10 + data.length)
                .put((byte) 1).put((byte) 0).putShort((short) data.length).putInt(0).putShort((short) 0).put(data));
        assertEquals(UsbRedirPacket.SUCCESS, expect(UsbRedirPacket.BULK).body()[1]);
    }

    private void bulkIn(long id) throws IOException {
        send(UsbRedirPacket.BULK, id, UsbRedirPacket.little(10)
                .put((byte) 0x81).put((byte) 0).putShort((short) 512).putInt(0).putShort((short) 0));
    }

    private String bulkAnswer(long id) throws IOException {
        UsbRedirPacket packet = expect(UsbRedirPacket.BULK);
        assertEquals(id, packet.id());
        assertEquals(UsbRedirPacket.SUCCESS, packet.body()[1]);
        return HexFormat.of().formatHex(packet.body(), 10, packet.body().length);
    }

    private void powerOn() throws IOException {
        bulkOut("62000000000001000000");
        bulkIn(20);
        assertEquals("800200000000010000003b00", bulkAnswer(20));
    }

    @Test
    void theDeviceShowsUpWithItsDescriptors() throws IOException {
        expectDevice();
        byte[] device = control(6, 0x80, 0x0100, 0, 64);
        assertEquals("12010002000000" + "40a020114200020102" + "0301", HexFormat.of().formatHex(device, 10, 28));
        byte[] configuration = control(6, 0x80, 0x0200, 0, 255);
        assertEquals(configuration.length - 10, configuration[12] & 0xff);
        byte[] serial = control(6, 0x80, 0x0303, 0x0409, 255);
        assertEquals("FSIJ-1.2.15-43211234", new String(Arrays.copyOfRange(serial, 12, serial.length),
                java.nio.charset.StandardCharsets.UTF_16LE));
        assertEquals(UsbRedirPacket.STALL, control(6, 0x80, 0x0600, 0, 10)[3]);
    }

    @Test
    void aCardCommandGoesThroughTheReader() throws IOException {
        expectDevice();
        slot.answer = command -> new Reply.Data(command);
        powerOn();
        bulkOut("6f05000000000200000000840000");
        bulkOut("20");
        bulkIn(21);
        assertEquals("800500000000020000000084000020", bulkAnswer(21));
    }

    @Test
    void withoutPowerOrCardACommandFails() throws IOException {
        expectDevice();
        bulkOut("6f0500000000020000000084000020");
        bulkIn(21);
        assertEquals("8000000000000241fe00", bulkAnswer(21));
        slot.present = false;
        transport.changed();
        bulkOut("65000000000003000000");
        bulkIn(22);
        assertEquals("81000000000003020000", bulkAnswer(22));
    }

    @Test
    void aMovedCardIsToldOnTheInterruptEndpoint() throws IOException {
        expectDevice();
        send(UsbRedirPacket.START_INTERRUPT_RECEIVING, 3, UsbRedirPacket.little(1).put((byte) 0x82));
        expect(UsbRedirPacket.INTERRUPT_RECEIVING_STATUS);
        assertEquals("8200020050" + "03", HexFormat.of().formatHex(expect(UsbRedirPacket.INTERRUPT).body()));
        slot.present = false;
        transport.changed();
        assertEquals("8200020050" + "02", HexFormat.of().formatHex(expect(UsbRedirPacket.INTERRUPT).body()));
    }

    @Test
    void unplugAndPlugAreDisconnectAndConnect() throws IOException {
        expectDevice();
        slot.plugged = false;
        transport.changed();
        expect(UsbRedirPacket.DEVICE_DISCONNECT);
        slot.plugged = true;
        transport.changed();
        expectDevice();
    }

    @Test
    void aStalledEndpointStallsUntilItIsCleared() throws IOException {
        expectDevice();
        powerOn();
        slot.answer = command -> Reply.Trouble.STALL;
        bulkIn(30);
        bulkOut("6f0500000000020000000084000020");
        UsbRedirPacket stalled = expect(UsbRedirPacket.BULK);
        assertEquals(30, stalled.id());
        assertEquals(UsbRedirPacket.STALL, stalled.body()[1]);
        assertEquals(UsbRedirPacket.SUCCESS, control(1, 0x02, 0, 0x81, 0)[3]);
        bulkOut("65000000000003000000");
        bulkIn(31);
        assertEquals("81000000000003000000", bulkAnswer(31));
    }

    @Test
    void aCancelledReadIsAnsweredAsCancelled() throws IOException {
        expectDevice();
        bulkIn(40);
        send(UsbRedirPacket.CANCEL_DATA_PACKET, 40, UsbRedirPacket.little(0));
        UsbRedirPacket packet = expect(UsbRedirPacket.BULK);
        assertEquals(40, packet.id());
        assertEquals(UsbRedirPacket.CANCELLED, packet.body()[1]);
    }

    @Test
    void aSlowCardAsksForTime() throws IOException {
        expectDevice();
        powerOn();
        slot.answer = command -> {
            try {
                Thread.sleep(1_500);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Reply.Data(new byte[] {(byte) 0x90, 0});
        };
        bulkOut("6f0500000000020000000084000020");
        bulkIn(50);
        assertEquals("80000000000002800100", bulkAnswer(50));
        bulkIn(51);
        assertEquals("800200000000020000009000", bulkAnswer(51));
    }

    @Test
    void configurationAndAlternateSettingAreConfirmed() throws IOException {
        expectDevice();
        send(UsbRedirPacket.SET_CONFIGURATION, 1, UsbRedirPacket.little(1).put((byte) 1));
        assertArrayEquals(new byte[] {0, 1}, expect(UsbRedirPacket.CONFIGURATION_STATUS).body());
        send(UsbRedirPacket.SET_ALT_SETTING, 2, UsbRedirPacket.little(2));
        assertArrayEquals(new byte[] {0, 0, 0}, expect(UsbRedirPacket.ALT_SETTING_STATUS).body());
    }
}
