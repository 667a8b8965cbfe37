// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The tables of docs/health.md are made here; where they differ, the message is the table to put there. */
class HealthTablesTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "health.md");
    private static final int TRIALS = 51;
    private static final int MOST_BYTES = 1 << 20;

    @Test
    void theCutOffsInTheDocumentAreThoseComputed() throws IOException {
        var table = new StringBuilder("| H | RCT 2^-30 | APT 2^-30 | RCT 2^-60 | APT 2^-60 |\n|---|---|---|---|---|\n");
        for (int minEntropy : new int[] {8, 7, 6, 5, 4, 3, 2, 1}) {
            var drop = CutOffs.of(0x1p-30, minEntropy);
            var quarantine = CutOffs.of(0x1p-60, minEntropy);
            table.append("| %d | %d | %d | %d | %d |%n".formatted(minEntropy, drop.repetition(), drop.proportion(),
                    quarantine.repetition(), quarantine.proportion()));
        }
        assertInDocument(table);
    }

    @Test
    void theDetectionTimesInTheDocumentAreThoseMeasured() throws IOException {
        var table = new StringBuilder("| from some moment on, the token gives | first drop | alarm | quarantine | found by |\n"
                + "|---|---|---|---|---|\n");
        row(table, "one byte, again and again", false, random -> fill(unit -> Arrays.fill(unit, (byte) 0x5a)));
        row(table, "one byte with p = 0.75, else random", false, random -> oftenOne(random, 0.75));
        row(table, "one byte with p = 0.6, else random", false, random -> oftenOne(random, 0.6));
        row(table, "bits with p = 0.75", false, random -> biasedBits(random, 0.75));
        row(table, "bits with p = 0.6", false, random -> biasedBits(random, 0.6));
        row(table, "bits with p = 0.6, `fips140 = yes`", true, random -> biasedBits(random, 0.6));
        row(table, "the same 32 bytes", false, random -> repeating(random, 32));
        row(table, "the same 1,000 bytes", false, random -> repeating(random, 1000));
        row(table, "the same 65,536 bytes", false, random -> repeating(random, 65_536));
        row(table, "an 8-bit counter", false, random -> counting(1, ByteOrder.BIG_ENDIAN));
        row(table, "a 32-bit counter, little-endian", false, random -> counting(4, ByteOrder.LITTLE_ENDIAN));
        row(table, "a 64-bit counter, big-endian", false, random -> counting(8, ByteOrder.BIG_ENDIAN));
        row(table, "text", false, random -> text());
        assertInDocument(table);
    }

    private interface Source {
        void next(byte[] unit);
    }

    private static void row(StringBuilder table, String name, boolean fips, Function<SplittableRandom, Source> maker) {
        long[] drops = new long[TRIALS];
        long[] alarms = new long[TRIALS];
        long[] quarantines = new long[TRIALS];
        String reason = "";
        for (int trial = 0; trial < TRIALS; trial++) {
            var random = new SplittableRandom(1000 + trial);
            var health = new TokenHealth(new HealthPolicy(6, 0x1p-30, 0x1p-60, fips, 0));
            byte[] unit = new byte[fips ? 2560 : 512];
            while (health.status().state() != TokenHealth.State.SERVING) {
                random.nextBytes(unit);
                health.judge(unit);
            }
            drops[trial] = Long.MAX_VALUE;
            alarms[trial] = Long.MAX_VALUE;
            quarantines[trial] = Long.MAX_VALUE;
            var source = maker.apply(random);
            for (long bytes = unit.length; bytes <= MOST_BYTES && quarantines[trial] == Long.MAX_VALUE; bytes += unit.length) {
                source.next(unit);
                var verdict = health.judge(unit);
                if (!(verdict instanceof Verdict.Publish)) {
                    drops[trial] = Math.min(drops[trial], bytes);
                }
                if (verdict instanceof Verdict.Alarm || verdict instanceof Verdict.Quarantine) {
                    alarms[trial] = Math.min(alarms[trial], bytes);
                    reason = health.status().reason().text();
                }
                if (verdict instanceof Verdict.Quarantine) {
                    quarantines[trial] = bytes;
                }
            }
        }
        table.append("| ").append(name).append(" | ").append(median(drops)).append(" | ").append(median(alarms)).append(" | ")
                .append(median(quarantines)).append(" | ").append(reason.isEmpty() ? "none of them; `entropy assess` shows it" : reason).append(" |\n");
    }

    private static String median(long[] bytes) {
        long[] sorted = bytes.clone();
        Arrays.sort(sorted);
        long median = sorted[sorted.length / 2];
        return median == Long.MAX_VALUE ? "-" : String.format(Locale.ROOT, "%,d", median);
    }

    private static Source fill(Source source) {
        return source;
    }

    private static Source oftenOne(SplittableRandom random, double p) {
        return unit -> {
            for (int i = 0; i < unit.length; i++) {
                unit[i] = (byte) (random.nextDouble() < p ? 0x5a : random.nextInt(256));
            }
        };
    }

    private static Source biasedBits(SplittableRandom random, double p) {
        return unit -> {
            for (int i = 0; i < unit.length; i++) {
                int value = 0;
                for (int bit = 0; bit < 8; bit++) {
                    value = value << 1 | (random.nextDouble() < p ? 1 : 0);
                }
                unit[i] = (byte) value;
            }
        };
    }

    private static Source repeating(SplittableRandom random, int period) {
        byte[] block = new byte[period];
        random.nextBytes(block);
        int[] at = {0};
        return unit -> {
            for (int i = 0; i < unit.length; i++) {
                unit[i] = block[at[0]++ % period];
            }
        };
    }

    private static Source counting(int width, ByteOrder order) {
        long[] count = {0x123456789aL};
        return unit -> {
            var buffer = ByteBuffer.wrap(unit).order(order);
            while (buffer.hasRemaining()) {
                switch (width) {
                    case 1 -> buffer.put((byte) count[0]++);
                    case 4 -> buffer.putInt((int) count[0]++);
                    default -> buffer.putLong(count[0]++);
                }
            }
        };
    }

    private static Source text() {
        byte[] words = "Pretend that these are random bytes; a driver's log went to the wrong place. ".getBytes(US_ASCII);
        int[] at = {0};
        return unit -> {
            for (int i = 0; i < unit.length; i++) {
                unit[i] = words[at[0]++ % words.length];
            }
        };
    }

    private static void assertInDocument(StringBuilder table) throws IOException {
        assertTrue(Files.readString(PAGE).contains(table), "docs/health.md should have:\n" + table);
    }
}
