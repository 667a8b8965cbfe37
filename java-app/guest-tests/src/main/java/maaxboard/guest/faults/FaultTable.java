// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.entropy.region.State;
import maaxboard.guest.faults.FaultCase.Kind;

/** Goes through fault cases on a rig and keeps what was seen. */
public final class FaultTable {
    /** Each recovery must be done in this time. */
    static final double LIMIT_SECONDS = 60;
    /** How long a test waits before it gives up: what takes longer than the limit is told with its time. */
    private static final long PATIENCE_SECONDS = 180;
    /** How long the rig is watched when nothing may come. */
    private static final long WATCH_MILLIS = 2_000;

    /** How long a reader stays empty, so that everybody notices. */
    private static final long EXCHANGE_MILLIS = 3_000;

    /** Bytes that are tested together. */
    private static final int UNIT = 512;

    /**
     * A finished line.
     *
     * @param seconds from the cure to the first new byte
     */
    public record Row(String fault, String expected, String seen, double seconds) {}

    private static final long LOG_WINDOW_NANOS = 10_500_000_000L;
    /** So many lines of a window may be gone when a case begins: the longest has a dozen. */
    private static final int MOST_LINES = 15;
    private static final Pattern SERVICE_LINE = Pattern.compile("(?m)(info|warning|error): ");
    /** A fault of so many commands that has not hit the last of them. */
    private static final Pattern COUNTED = Pattern.compile("fault=.* x[0-9]+$");
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final Rig rig;
    private final Delivery delivery;
    /** Bytes published less bytes taken, when the ring is empty. */
    private long balance = UNKNOWN;
    /** When the last cases began, in nanoseconds, and how many lines the service had logged: one of before the window, all in it. */
    private final List<long[]> begun = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();

    /** An empty table. */
    public FaultTable(Rig rig) {
        this.rig = rig;
        delivery = new Delivery(rig);
    }

    /** The consumer of this rig. */
    public Delivery delivery() {
        return delivery;
    }

    /** One case from a healthy state to a healthy state; a failed one leaves the rig healthy too. */
    public Row run(FaultCase fault) throws Exception {
        try (var sights = new Sights(rig.region())) {
            return go(fault, sights);
        } catch (Exception | AssertionError e) {
            rows.add(new Row(fault.name(), fault.kind().expectation(), "NOT AS EXPECTED", Double.NaN));
            System.out.println("fault lab (" + rig.name() + "): " + fault.name() + ": NOT AS EXPECTED: " + e.getMessage());
            try {
                rig.restore();
                delivery.expectStrangers(false);
                awaitNewBytes("healing from " + fault.name());
            } catch (Exception | AssertionError notHealed) {
                e.addSuppressed(notHealed);
            }
            delivery.forgetStrangers();
            balance = UNKNOWN;
            throw e;
        }
    }

    private Row go(FaultCase fault, Sights sights) throws Exception {
        awaitNewBytes(fault.name() + ": before it");
        if (balance == UNKNOWN) {
            balance = delivery.balance();
        }
        pace();
        int logged = rig.log().length();
        long recovered = delivery.header().recovered();
        long strange = delivery.strange();
        long torn = delivery.torn();
        delivery.expectStrangers(fault.kind() == Kind.UNSEEN);
        // Reading the log takes a moment: with a ring that is full by now the service would ask the token for nothing.
        awaitNewBytes(fault.name() + ": just before it");
        fault.cause().on(rig);
        await("a command that " + fault.name() + " hits", () -> {
            delivery.drain();
            return !COUNTED.matcher(rig.status(0)).find();
        });
        String seen = switch (fault.kind()) {
            case RECOVERS, UNNOTICED -> "";
            case REFUSED -> refused(fault);
            case ALARMS -> alarm(fault);
            case WAITS -> waiting(fault);
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
        if (fault.kind() == Kind.WAITS) {
            rig.select(null);
            awaitNewBytes(fault.name() + ": with any token again");
        }
        // DEGRADED: a second token was seen once and is away.
        await("a good state after " + fault.name(), () -> delivery.header().state() == State.OK
                || delivery.header().state() == State.DEGRADED);
        if (fault.kind() == Kind.RECOVERS && !fault.reasons().isEmpty()) {
            must(sights.had(fault.reasons()), () -> fault.name() + ": the consumer saw " + sights);
        }
        if (fault.kind() == Kind.UNNOTICED || fault.kind() == Kind.UNSEEN) {
            must(sights.onlyServing(), () -> fault.name() + ": the consumer saw " + sights);
        }
        settle(fault);
        String said = rig.log().substring(Math.min(logged, rig.log().length()));
        must(Pattern.compile(fault.log()).matcher(said).find(),
                () -> fault.name() + ": the log does not say /" + fault.log() + "/:\n" + said);
        same(List.of(), delivery.strangers(), fault.name());
        same(torn, delivery.torn(), fault.name() + ": torn slots");
        must(seconds <= LIMIT_SECONDS, () -> fault.name() + ": " + seconds + " s");
        if (seen.isEmpty()) {
            long errors = delivery.header().recovered() - recovered;
            seen = fault.kind() == Kind.UNNOTICED ? "bytes went on" : "recovered" + (errors > 0 ? ", " + errors + " errors" : "");
        }
        var row = new Row(fault.name(), fault.kind().expectation(), seen, seconds);
        rows.add(row);
        System.out.printf(Locale.ROOT, "fault lab (%s): %-58s %-32s %s, %.1f s%n",
                rig.name(), fault.name(), fault.kind().expectation(), seen, seconds);
        return row;
    }

    /** The service logs 30 lines in 10 s at most: a case begins when there is room for its own. */
    private void pace() throws Exception {
        while (true) {
            long now = System.nanoTime();
            long lines = lines();
            while (begun.size() > 1 && now - begun.get(1)[0] > LOG_WINDOW_NANOS) {
                begun.removeFirst();
            }
            if (begun.isEmpty() || now - begun.getFirst()[0] > LOG_WINDOW_NANOS && begun.size() == 1
                    || lines - begun.getFirst()[1] <= MOST_LINES) {
                begun.add(new long[] {now, lines});
                return;
            }
            delivery.drain();
            Thread.sleep(50);
        }
    }

    private long lines() {
        return SERVICE_LINE.matcher(rig.log()).results().count();
    }

    /** Bytes published are bytes taken, whatever happened; a slot that a kill kept from being shown may be counted more. */
    private void settle(FaultCase fault) throws Exception {
        if (fault.killsService()) {
            long surplus = delivery.balance() - balance;
            must(surplus == 0 || surplus == delivery.header().slotBytes() - RegionLayout.SLOT_PAYLOAD,
                    () -> fault.name() + ": " + surplus + " bytes published and not taken");
            balance += surplus;
        }
        await("as many bytes taken as published: " + fault.name(), () -> delivery.balance() == balance);
    }

    /** The token that is plugged in now is not the one that is wanted: it is looked at, and that is all. */
    private String waiting(FaultCase fault) throws Exception {
        await("state WAITING for " + fault.name(), () -> {
            delivery.drain();
            return delivery.header().state() == State.WAITING;
        });
        // OpenSC holds a card that is exchanged faster than it looks for the one that it knew.
        Thread.sleep(EXCHANGE_MILLIS);
        long before = delivery.header().published();
        int answered = delivery.answers(0);
        long commands = rig.commands(0);
        rig.order(0, "plug");
        await("a look at the token: " + fault.name(), () -> rig.commands(0) > commands);
        watch();
        watch();
        var header = delivery.header();
        same(State.WAITING, header.state(), fault.name() + ": state");
        must(fault.reasons().contains(header.reason()), () -> fault.name() + ": reason " + header.reason());
        same(before, header.published(), fault.name() + ": published");
        same(answered, delivery.answers(0), fault.name() + ": answers asked for");
        return "WAITING (" + header.reason().text() + "), 0 bytes";
    }

    private String refused(FaultCase fault) throws Exception {
        String reason = awaitFailed(fault);
        long before = delivery.header().published();
        watch();
        same(before, delivery.header().published(), fault.name() + ": published while FAILED");
        same(0L, badBytes(), fault.name() + ": bytes of bad answers");
        return "FAILED (%s), 0 bytes".formatted(reason);
    }

    private String alarm(FaultCase fault) throws Exception {
        String reason = awaitFailed(fault);
        watch();
        long bad = badBytes();
        double expected = fault.expectedBytes();
        must(bad <= 4 * expected + 2 * UNIT, () -> fault.name() + ": " + bad + " bytes, computed " + expected);
        return "FAILED (%s) after %d bytes published, %.0f computed".formatted(reason, bad, expected);
    }

    /** Bytes taken from the first bad answer on. */
    private long badBytes() {
        return 32L * Math.max(0, delivery.lastArrived(0) + 1 - rig.firstBad(0));
    }

    private String awaitFailed(FaultCase fault) throws Exception {
        await("state FAILED for " + fault.name(), () -> {
            delivery.drain();
            return delivery.header().state() == State.FAILED;
        });
        var reason = delivery.header().reason();
        must(fault.reasons().isEmpty() || fault.reasons().contains(reason), () -> fault.name() + ": reason " + reason);
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
    public void awaitNewBytes(String what) throws Exception {
        delivery.drain();
        int[] given = {delivery.answers(0), delivery.answers(1)};
        await(what + ": new bytes", () -> {
            delivery.drain();
            return delivery.lastArrived(0) >= given[0] || delivery.lastArrived(1) >= given[1];
        });
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " did not come; state " + delivery.header().state() + ", "
                        + delivery.header().reason().text() + "; strangers " + delivery.strangers() + "; the log ends:\n"
                        + rig.log().lines().skip(Math.max(0, rig.log().lines().count() - 25)).reduce("", (a, b) -> a + b + "\n"));
            }
            Thread.sleep(10);
        }
    }

    private static void must(boolean so, Supplier<String> otherwise) {
        if (!so) {
            throw new AssertionError(otherwise.get());
        }
    }

    private static void same(Object expected, Object seen, String what) {
        must(expected.equals(seen), () -> what + ": " + seen + " instead of " + expected);
    }

    private static String serviceSerial() {
        return "fffe" + FaultCase.SERIALS.getFirst();
    }

    /** Writes the table as Markdown, a case that was run several times as one line with the median of its recoveries. */
    public void write(Path file) throws IOException {
        var cases = new LinkedHashMap<String, List<Row>>();
        rows.forEach(row -> cases.computeIfAbsent(row.fault(), name -> new ArrayList<>()).add(row));
        var text = new StringBuilder("| fault | expected | seen | recovery | runs |\n|---|---|---|---|---|\n");
        for (List<Row> runs : cases.values()) {
            Row worst = runs.stream().filter(row -> Double.isNaN(row.seconds())).findFirst().orElse(runs.getFirst());
            double[] seconds = runs.stream().mapToDouble(Row::seconds).sorted().toArray();
            text.append(String.format(Locale.ROOT, "| %s | %s | %s | %.1f s | %d |%n", worst.fault(), worst.expected(),
                    worst.seen(), seconds[seconds.length / 2], runs.size()));
        }
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
