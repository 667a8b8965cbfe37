// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Known answers of everything that stands between a token and the region: what ships is what was tested. */
public final class SelfTest {
    /**
     * One check.
     *
     * @param name   what was checked, for people
     * @param passed whether the answer was the known one
     */
    public record Result(String name, boolean passed) {
    }

    private SelfTest() {
    }

    /**
     * Runs the checks; some milliseconds. What the service is not told to use takes the longest and is left out at its start.
     *
     * @param fips140 also the FIPS 140-2 tests
     * @param mixer   also the mixer's
     */
    public static List<Result> run(boolean fips140, boolean mixer) {
        var results = new ArrayList<Result>();
        check(results, "cut-offs at 2^-30: H = 8, 6, 4, 1", () -> cutOffs(30, 8, 5, 17) && cutOffs(30, 6, 6, 32)
                && cutOffs(30, 4, 9, 71) && cutOffs(30, 1, 31, 325));
        check(results, "cut-offs at 2^-40: H = 8, 6, 4, 1", () -> cutOffs(40, 8, 6, 20) && cutOffs(40, 6, 8, 36)
                && cutOffs(40, 4, 11, 79) && cutOffs(40, 1, 41, 337));
        var token = new TokenHealth(HealthPolicy.DEFAULT);
        check(results, "good bytes are published after the start-up test", () -> goodIsPublished(token));
        check(results, "a stuck token is quarantined",
                () -> quarantined(token, new byte[CutOffs.WINDOW]) == Reason.REPETITION_COUNT);
        check(results, "a biased token is quarantined", () -> quarantined(token, biased()) == Reason.ADAPTIVE_PROPORTION);
        check(results, "a repeated piece raises the alarm", () -> alarmed(token, repeating()) == Reason.REPEATED);
        check(results, "a counter raises the alarm", () -> alarmed(token, counting()) == Reason.IMPLAUSIBLE);
        if (fips140) {
            check(results, "FIPS 140-2 tests tell zeros from good bytes",
                    () -> Fips140.passes(random(Fips140.BLOCK_BYTES)) && !Fips140.passes(new byte[Fips140.BLOCK_BYTES]));
        }
        if (mixer) {
            check(results, "KMAC256 vector of SP 800-185", SelfTest::kmac);
        }
        return List.copyOf(results);
    }

    private static void check(List<Result> results, String name, BooleanSupplier check) {
        results.add(new Result(name, check.getAsBoolean()));
    }

    private static boolean cutOffs(int bits, double minEntropy, int repetition, int proportion) {
        var cutOffs = CutOffs.of(Math.scalb(1.0, -bits), minEntropy);
        return cutOffs.repetition() == repetition && cutOffs.proportion() == proportion;
    }

    // Verdicts are told apart by their patterns: a record's own equals is put together anew at every start.

    private static boolean goodIsPublished(TokenHealth token) {
        byte[] good = random(3 * CutOffs.WINDOW);
        for (int at = 0; at < good.length; at += CutOffs.WINDOW) {
            var verdict = token.judge(Arrays.copyOfRange(good, at, at + CutOffs.WINDOW));
            if (!(at < 2 * CutOffs.WINDOW ? verdict instanceof Verdict.Drop(var reason) && reason == Reason.STARTING
                    : verdict instanceof Verdict.Publish)) {
                return false;
            }
        }
        return true;
    }

    /** Why a new token under the same policy is quarantined for its first unit, or null. */
    private static Reason quarantined(TokenHealth other, byte[] unit) {
        return new TokenHealth(other).judge(unit) instanceof Verdict.Quarantine(var reason) ? reason : null;
    }

    /** Why a new token's first unit under the same policy raises the alarm, or null. */
    private static Reason alarmed(TokenHealth other, byte[] unit) {
        return new TokenHealth(other).judge(unit) instanceof Verdict.Alarm(var reason) ? reason : null;
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        long state = 1;
        for (int i = 0; i < count; i++) {
            state = state * 6364136223846793005L + 1442695040888963407L; // Knuth's MMIX
            bytes[i] = (byte) (state >>> 56);
        }
        return bytes;
    }

    private static byte[] biased() {
        byte[] unit = random(CutOffs.WINDOW);
        for (int i = 0; i < unit.length; i += 5) {
            unit[i] = 0x5a;
        }
        return unit;
    }

    private static byte[] repeating() {
        byte[] unit = random(CutOffs.WINDOW);
        System.arraycopy(unit, 0, unit, 256, PieceMemory.PIECE);
        return unit;
    }

    private static byte[] counting() {
        byte[] unit = random(CutOffs.WINDOW);
        for (int i = 0; i < 32; i++) {
            unit[100 + i] = (byte) i;
        }
        return unit;
    }

    private static boolean kmac() {
        byte[] key = new byte[32];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (0x40 + i);
        }
        byte[] output = Mixer.kmac256(key, new byte[] {0, 1, 2, 3}, "My Tagged Application".getBytes(US_ASCII));
        return HexFormat.of().formatHex(output).startsWith("20c570c31346f703c9ac36c61c03cb64c3970d0cfc787e9b79599d273a68d2f7");
    }
}
