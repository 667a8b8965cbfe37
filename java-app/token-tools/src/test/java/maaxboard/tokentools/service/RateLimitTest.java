// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final AtomicLong clock = new AtomicLong();
    private final RateLimit limit = new RateLimit(2, clock::get);

    @Test
    void twiceTheRateAtOnceThenAsFastAsTheRate() {
        for (int i = 0; i < 4; i++) {
            assertEquals(0, limit.ask("a"));
        }
        assertEquals(1, limit.ask("a"));
        assertEquals(0, limit.ask("b"), "another name");
        clock.addAndGet(500_000_000);
        assertEquals(0, limit.ask("a"));
        assertEquals(1, limit.ask("a"));
    }

    @Test
    void aLongPauseSavesUpNoMoreThanTwiceTheRate() {
        clock.addAndGet(3_600_000_000_000L);
        for (int i = 0; i < 4; i++) {
            assertEquals(0, limit.ask("a"));
        }
        assertEquals(1, limit.ask("a"));
    }
}
