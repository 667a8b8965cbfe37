// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
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

    @ParameterizedTest
    @ValueSource(strings = {"wait", "wait 1s", "wait 1h plug", "wait 2s..1s plug", "after x plug", "soon 1s plug",
        "wait 1s dance", "wait 1s fault nope", "wait 1s plug now", "loop", "wait 1s plug |", "wait 1s serial 12"})
    void namesTheLineOfAnError(String line) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Script.parse(List.of("", line)));
        assertTrue(refused.getMessage().contains(line.equals("loop") ? "loop" : "line 2"), refused.getMessage());
    }
}
