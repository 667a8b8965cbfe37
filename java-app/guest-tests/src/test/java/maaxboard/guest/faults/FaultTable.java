// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import maaxboard.entropy.region.State;
import maaxboard.guest.faults.FaultCase.Kind;

/** Goes through fault cases on a rig and keeps what was seen. */
final class FaultTable {
    /** Each recovery must be done in this time. */
    static final long LIMIT_SECONDS = 60;
    /** How long the rig is watched when nothing may come. */
    private static final long WATCH_MILLIS = 2_000;

    /** Bytes that are tested together. */
    private static final int UNIT = 512;

    /**
     * A finished line.
     *
     * @param seconds from the cure to the first new byte
     */
    record Row(String fault, String expected, String seen, double seconds) {}

    private final Rig rig;
    private final Delivery delivery;
    private final List<Row> rows = new ArrayList<>();

    FaultTable(Rig rig) {
        this.rig = rig;
        delivery = new Delivery(rig);
    }

    Delivery delivery() {
        return delivery;
    }

    /** One case from a healthy state to a healthy state; a failed one leaves the rig healthy too. */
    void run(FaultCase fault) throws Exception {
        try {
            go(fault);
        } catch (Exception | AssertionError e) {
            rows.add(new Row(fault.name(), fault.kind().expectation, "NOT AS EXPECTED", Double.NaN));
            System.out.println("fault lab (" + rig.name() + "): " + fault.name() + ": NOT AS EXPECTED");
            try {
                rig.restore();
            } catch (IOException | RuntimeException notHealed) {
                e.addSuppressed(notHealed);
            }
            throw e;
        }
    }

    private void go(FaultCase fault) throws Exception {
        awaitNewBytes(fault.name() + ": before it");
        int logged = rig.log().length();
        long recovered = delivery.header().recovered();
        long strange = delivery.strange();
        delivery.expectStrangers(fault.kind() == Kind.UNSEEN);
        fault.cause().on(rig);
        int firstBad = delivery.answers(0);
        String seen = switch (fault.kind()) {
            case RECOVERS, UNNOTICED -> "";
            case REFUSED -> refused(fault, firstBad);
            case ALARMS -> alarm(fault);
            case UNSEEN -> {
                watch();
                yield (delivery.strange() - strange) + " bytes of them came";
            }
        };
        delivery.drain();
        long cured = System.nanoTime();
        if (fault.cure() != null) {
            fault.cure().on(rig);
            cured = System.nanoTime();
        }
        if (fault.kind() == Kind.REFUSED || fault.kind() == Kind.ALARMS) {
            rig.clear(serviceSerial());
            cured = System.nanoTime();
        }
        awaitNewBytes(fault.name() + ": after it");
        delivery.expectStrangers(false);
        double seconds = (System.nanoTime() - cured) / 1e9;
        // DEGRADED: a second token was seen once and is away.
        await("a good state after " + fault.name(), () -> delivery.header().state() == State.OK
                || delivery.header().state() == State.DEGRADED);
        String said = rig.log().substring(Math.min(logged, rig.log().length()));
        assertTrue(Pattern.compile(fault.log()).matcher(said).find(),
                () -> fault.name() + ": the log does not say /" + fault.log() + "/:\n" + said);
        assertEquals(List.of(), delivery.strangers(), fault.name());
        assertEquals(0, delivery.torn(), fault.name());
        assertTrue(seconds <= LIMIT_SECONDS, () -> fault.name() + ": " + seconds + " s");
        if (seen.isEmpty()) {
            long errors = delivery.header().recovered() - recovered;
            seen = fault.kind() == Kind.UNNOTICED ? "bytes went on" : "recovered" + (errors > 0 ? ", " + errors + " errors" : "");
        }
        rows.add(new Row(fault.name(), fault.kind().expectation, seen, seconds));
        System.out.printf(Locale.ROOT, "fault lab (%s): %-58s %-32s %s, %.1f s%n",
                rig.name(), fault.name(), fault.kind().expectation, seen, seconds);
    }

    private String refused(FaultCase fault, int firstBad) throws Exception {
        var header = awaitFailed(fault);
        int goodAnswers = firstBad;
        long before = delivery.header().published();
        watch();
        assertEquals(before, delivery.header().published(), fault.name() + ": published while FAILED");
        assertTrue(delivery.lastArrived(0) <= goodAnswers,
                () -> fault.name() + ": answer " + delivery.lastArrived(0) + " arrived; those from " + goodAnswers + " on are bad");
        return "FAILED (" + header + "), 0 bytes";
    }

    private String alarm(FaultCase fault) throws Exception {
        int first = delivery.answers(0);
        String reason = awaitFailed(fault);
        watch();
        // One answer may have been on its way when the fault was set.
        long bad = Math.max(0, delivery.lastArrived(0) - first) * 32L;
        double expected = fault.expectedBytes();
        assertTrue(bad <= 4 * expected + 2 * UNIT, () -> fault.name() + ": " + bad + " bytes, computed " + expected);
        return "FAILED (%s) after %d bytes published, %.0f computed".formatted(reason, bad, expected);
    }

    private String awaitFailed(FaultCase fault) throws Exception {
        await("state FAILED for " + fault.name(), () -> {
            delivery.drain();
            return delivery.header().state() == State.FAILED;
        });
        var reason = delivery.header().reason();
        assertTrue(fault.reasons().isEmpty() || fault.reasons().contains(reason), () -> fault.name() + ": reason " + reason);
        return reason.text();
    }

    private void watch() throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WATCH_MILLIS);
        while (System.nanoTime() < end) {
            delivery.drain();
            Thread.sleep(20);
        }
    }

    /** Waits until an answer arrives that no token had given when the waiting began. */
    void awaitNewBytes(String what) throws Exception {
        delivery.drain();
        int[] given = {delivery.answers(0), delivery.answers(1)};
        await(what + ": new bytes", () -> {
            delivery.drain();
            return delivery.lastArrived(0) >= given[0] || delivery.lastArrived(1) >= given[1];
        });
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " did not come; state " + delivery.header().state() + ", "
                        + delivery.header().reason().text() + "; strangers " + delivery.strangers() + "; the log ends:\n"
                        + rig.log().lines().skip(Math.max(0, rig.log().lines().count() - 25)).reduce("", (a, b) -> a + b + "\n"));
            }
            Thread.sleep(10);
        }
    }

    private static String serviceSerial() {
        return "fffe" + FaultCase.SERIALS.getFirst();
    }

    /** Writes the table as Markdown. */
    void write(Path file) throws IOException {
        var text = new StringBuilder("| fault | expected | seen | recovery |\n|---|---|---|---|\n");
        for (Row row : rows) {
            text.append("| %s | %s | %s | %.1f s |%n".formatted(row.fault(), row.expected(), row.seen(), row.seconds()));
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
