// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Attributes of an object to find or to make: CK_ATTRIBUTE[]. */
public final class Template {
    private final List<Long> types = new ArrayList<>();
    private final List<byte[]> values = new ArrayList<>();

    public Template bytes(long type, byte[] value) {
        types.add(type);
        values.add(value);
        return this;
    }

    /** A CK_ULONG. */
    public Template number(long type, long value) {
        return bytes(type, ByteBuffer.allocate(Layout.ULONG).order(ByteOrder.nativeOrder()).putLong(value).array());
    }

    /** A CK_BBOOL. */
    public Template flag(long type, boolean value) {
        return bytes(type, new byte[] {(byte) (value ? 1 : 0)});
    }

    /** UTF-8. */
    public Template text(long type, String value) {
        return bytes(type, value.getBytes(StandardCharsets.UTF_8));
    }

    int size() {
        return types.size();
    }

    MemorySegment allocate(Arena arena) {
        var array = arena.allocate(Math.max(1, size()) * (long) Layout.Attribute.SIZE, Layout.ULONG);
        for (int i = 0; i < size(); i++) {
            var value = values.get(i);
            var copy = arena.allocate(Math.max(1, value.length));
            MemorySegment.copy(value, 0, copy, ValueLayout.JAVA_BYTE, 0, value.length);
            set(array, i, types.get(i), copy, value.length);
        }
        return array;
    }

    static void set(MemorySegment array, int index, long type, MemorySegment value, long length) {
        long at = index * (long) Layout.Attribute.SIZE;
        array.set(ValueLayout.JAVA_LONG, at + Layout.Attribute.TYPE, type);
        array.set(ValueLayout.ADDRESS, at + Layout.Attribute.VALUE, value);
        array.set(ValueLayout.JAVA_LONG, at + Layout.Attribute.LENGTH, length);
    }
}
