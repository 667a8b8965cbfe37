// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.util.function.Function;

/** A token that answers as the test says. */
final class FakeSlot implements CardSlot {
    static final byte[] ATR = {0x3b, 0x00};

    volatile boolean plugged = true;
    volatile boolean present = true;
    volatile Function<byte[], Reply> answer = command -> new Reply.Data(new byte[] {(byte) 0x90, 0});

    @Override
    public boolean plugged() {
        return plugged;
    }

    @Override
    public boolean cardPresent() {
        return present;
    }

    @Override
    public String serial() {
        return "43211234";
    }

    @Override
    public boolean extendedLength() {
        return false;
    }

    @Override
    public byte[] atr() {
        return ATR.clone();
    }

    @Override
    public byte[] powerOn() {
        return ATR.clone();
    }

    @Override
    public Reply exchange(byte[] command) {
        return answer.apply(command);
    }
}
