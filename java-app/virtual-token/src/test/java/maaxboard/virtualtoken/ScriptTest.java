// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import maaxboard.virtualtoken.transport.CardSlot;
import maaxboard.virtualtoken.transport.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScriptTest {
    @Test
    void readsStepsCommentsAndLoop() {
        assertDoesNotThrow(() -> Script.parse(List.of(
                "# a day in the life", "", "wait 1s..2s unplug   # gone", "wait 250ms plug",
                "after 10..20 fault zero x5 | fault ones x5", "after 3 fault none", "wait 1m serial 00000001", "loop")));
    }

    private static List<String> orders(long seed) throws Exception {
        var script = Script.parse(Collections.nCopies(40, "wait 0ms..2ms fault zero x1 | fault ones x1 | unplug | plug"));
        var orders = new ArrayList<String>();
        try (var token = VirtualToken.on(new NoTransport()).start()) {
            script.run(token, seed, orders::add);
        }
        return orders;
    }

    @Test
    void theSeedDecidesEachChoice() throws Exception {
        var orders = orders(1);
        assertEquals(40, orders.size());
        assertEquals(4, new HashSet<>(orders).size());
        assertEquals(orders, orders(1));
        assertNotEquals(orders, orders(2));
    }

    /** Nobody is there. */
    private static final class NoTransport implements Transport {
        @Override
        public void start(CardSlot slot) {}

        @Override
        public void changed() {}

        @Override
        public boolean blockProtocol() {
            return true;
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "wait 1s", "wait 1h plug", "wait 2s..1s plug", "after x plug", "soon 1s plug",
        "wait 1s dance", "wait 1s fault nope", "wait 1s plug now", "loop", "wait 1s plug |", "wait 1s serial 12"})
    void namesTheLineOfAnError(String line) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Script.parse(List.of("", line)));
        assertTrue(refused.getMessage().contains(line.equals("loop") ? "loop" : "line 2"), refused.getMessage());
    }
}
