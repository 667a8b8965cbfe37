// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import maaxboard.entropy.region.State;
import maaxboard.guest.Consumer;
import maaxboard.guest.Guest;
import maaxboard.guest.GuestException;
import maaxboard.guest.Project;
import maaxboard.guest.Token;

/** The program in a booted guest: memory, processor time, bytes a second, one-shot commands. */
final class GuestSubject implements Subject {
    private static final Pattern TIMES = Pattern.compile(
            "real\\s+(\\d+)m\\s*([\\d.]+)s\\s+user\\s+(\\d+)m\\s*([\\d.]+)s\\s+sys\\s+(\\d+)m\\s*([\\d.]+)s");
    /** As the wrapper's launcher starts it, without what it says of the wrapper's own classes. */
    static final String JAVA = "/usr/lib/maaxboard-entropy/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
            + " -XX:CompileThresholdScaling=25 -Xms8m -Xmx24m -Xss512k -XX:-UsePerfData";
    static final String SERVICE = "$(cat /run/maaxboard-entropy.child.pid)";
    private static final String SCRIPT = "/etc/init.d/S70maaxboard-entropy";
    /** 40 MB, in MiB. */
    static final double PEAK_RSS = 40e6 / (1 << 20);
    private static final int PAIRS = 15;
    private static final String RNGD_COMMAND = "LD_LIBRARY_PATH=/opt/rngd/lib /opt/rngd/bin/rngd --foreground --exclude=hwrng --exclude=rndr"
            + " --include=pkcs11 --option=pkcs11:engine_path:/usr/lib/opensc-pkcs11.so ";
    private static final int WARM_UP_SECONDS = 120;
    /**
     * By then what a service does all the time, for months, has been compiled: its C_GenerateRandom, ten a second, has had the
     * five thousand calls that the JDK's methods take. rngd, which was compiled long before, is timed after its start, too.
     */
    private static final int RNGD_WARM_UP_SECONDS = 600;
    private static final int SERVING_SECONDS = 10;
    private static final int IDLE_SECONDS = 30;
    /** A folder with bin/rngd of rng-tools and the libraries it wants in lib/, for the guest; Debian builds it without PKCS#11. */
    private static final String RNGD = System.getenv().getOrDefault("RNGD", "");
    private static final int RNGD_PAIRS = 45;
    /** Rounds in which the two that do less than rngd's job come, too: each third. */
    private static final int RNGD_REST = 3;
    private static final int RNGD_SECONDS = 5;
    private static final Pattern RNGD_WROTE = Pattern.compile("from ([\\d.]+) ([\\d.]+) (\\d+) to ([\\d.]+) ([\\d.]+) (\\d+)");
    private static final Pattern UPTIME = Pattern.compile("up ([\\d.]+) ([\\d.]+)");
    /** As many as in {@link #RNGD_WARM_UP_SECONDS} by the clock. */
    private static final int COUNTED_WARM_UP_SLOTS = 60_000;
    private static final int COUNTED_SLOTS = 1000;
    private static final Pattern RNGD_RATE = Pattern.compile("Entropy rate:\\s+([\\d.]+) (K|M)bits/sec");
    /** In one C_GenerateRandom: as little as any program can do beside it. */
    private static final int ONE_CALL_BYTES = 100_000;
    /** What one `pkcs11-tool` of the recipe fetches, and how many of them are timed. */
    private static final int RECIPE_BYTES = 32;
    private static final int RECIPE_RUNS = 10;

    private final boolean counted;

    /** @param counted each instruction takes two nanoseconds of the guest's time, whatever else the host does */
    GuestSubject(boolean counted) {
        this.counted = counted;
    }

    @Override
    public String name() {
        return counted ? "guest-counted" : "guest";
    }

    @Override
    public String about() {
        return "In a guest (" + images() + ") with one virtual token, under QEMU's emulation of a Cortex-A53"
                + (counted ? ". The guest's clock counts instructions, two nanoseconds each (QEMU's -icount shift=1): no load of the host "
                        + "changes these figures. They tell what became better; they are no times of a real core."
                        : ", by the guest's clock: on a busy host its times grow with the load.");
    }

    static String images() {
        return System.getenv("IMAGES") == null || System.getenv("IMAGES").isEmpty() ? "the quick guest" : "the image that Buildroot makes";
    }

    /** Seconds by the guest's clocks. */
    private record Times(double wall, double processor) {
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var rows = new ArrayList<Row>();
        var clock = counted ? new String[] {"-icount", "shift=1"} : new String[0];
        var root = folder.resolve("root");
        EmptyJvm.into(root, folder, Nothing.class, OneNativeCall.class);
        if (!RNGD.isEmpty()) {
            Programs.run(Map.of(), "cp", "-rL", RNGD, root.resolve("opt/rngd").toString());
        }
        try (var guest = Guest.start(Overlay.of(Project.images(), root), folder.resolve("console"), clock);
                var token = Token.plugInto(guest, 0, "43211234");
                var consumer = Consumer.attach(guest)) {
            consumer.awaitState(State.OK);
            token.tell("status");
            guest.awaitShell();
            if (!counted) {
                againstRecipe(guest, consumer, rows);
            }
            idle(guest, rows);
            if (!RNGD.isEmpty() && counted) {
                instructionsAgainstRngd(guest, consumer, rows);
            } else if (!RNGD.isEmpty()) {
                againstRngd(guest, consumer, rows);
            }
            guest.run(SCRIPT + " stop");
            oneShot(guest, rows);
        }
        return rows;
    }

    private static void againstRecipe(Guest guest, Consumer consumer, List<Row> rows) {
        double ours = serving(consumer);
        // The recipe that the service stands in for: a program for every 32 bytes, and a copy.
        var recipe = time(guest, "for i in $(seq " + RECIPE_RUNS + "); do pkcs11-tool --generate-random " + RECIPE_BYTES
                + " --output-file /tmp/r >/dev/null 2>&1; dd if=/tmp/r of=/tmp/region conv=notrunc 2>/dev/null; done");
        rows.add(new Row("microseconds a byte, into the region", "us", new double[] {ours},
                "recipe", new double[] {recipe.wall() * 1e6 / (RECIPE_RUNS * RECIPE_BYTES)}, 100));
    }

    /**
     * Many short pairs, as the host's hours and seconds differ by more than the programs do. The service waits with a full ring
     * while others run.
     */
    private static void againstRngd(Guest guest, Consumer consumer, List<Row> rows) {
        var ours = new double[RNGD_PAIRS];
        var other = new double[RNGD_PAIRS];
        var besideRest = new double[RNGD_PAIRS / RNGD_REST];
        var untested = new double[RNGD_PAIRS / RNGD_REST];
        var tool = new double[RNGD_PAIRS / RNGD_REST];
        consumer.takeFor(Duration.ofSeconds(RNGD_WARM_UP_SECONDS));
        for (int i = 0; i < RNGD_PAIRS; i++) {
            // What had filled the ring is out of it.
            consumer.takeFor(Duration.ofSeconds(1));
            ours[i] = serving(consumer, RNGD_SECONDS);
            awaitFullRing(guest, consumer);
            other[i] = rngd(guest, false);
            if (i % RNGD_REST == 0) {
                besideRest[i / RNGD_REST] = ours[i];
                untested[i / RNGD_REST] = rngdTest(guest);
                tool[i / RNGD_REST] = time(guest, oneCall()).wall() * 1e6 / ONE_CALL_BYTES;
            }
        }
        rows.add(new Row("microseconds a byte, into the region", "us", ours, "rngd into a file", other, 1));
        rows.add(new Row("microseconds a byte, into the region", "us", besideRest, "`rngd --test`, which tests nothing and writes nowhere,",
                untested, 0));
        rows.add(new Row("microseconds a byte, into the region", "us", besideRest, "pkcs11-tool, one call for all,", tool, 0));
    }

    /** The same by all that the guest's processor does for a byte, whoever does it: the kernel, pcscd, the program. */
    private static void instructionsAgainstRngd(Guest guest, Consumer consumer, List<Row> rows) {
        for (int taken = 0; taken < COUNTED_WARM_UP_SLOTS; taken += COUNTED_SLOTS) {
            consumer.take(COUNTED_SLOTS);
        }
        awaitFullRing(guest, consumer);
        long published = consumer.header().published();
        double before = busy(guest);
        consumer.take(COUNTED_SLOTS);
        awaitFullRing(guest, consumer);
        var ours = new double[] {(busy(guest) - before) * 1e6 / (consumer.header().published() - published)};
        var other = new double[] {rngd(guest, true)};
        before = busy(guest);
        guest.run(oneCall());
        var tool = new double[] {(busy(guest) - before) * 1e6 / ONE_CALL_BYTES};
        rows.add(new Row("processor, microseconds a byte, into the region", "us", ours, "rngd into a file", other, 1));
        rows.add(new Row("processor, microseconds a byte, into the region", "us", ours, "pkcs11-tool, one call for all,", tool, 0));
    }

    private static String oneCall() {
        return "pkcs11-tool --generate-random " + ONE_CALL_BYTES + " --output-file /tmp/r 2>/dev/null";
    }

    private static void awaitFullRing(Guest guest, Consumer consumer) {
        guest.await("a full ring", () -> consumer.header().full() == consumer.header().slotCount());
    }

    /** Seconds that the guest's processor was busy since it was switched on. */
    private static double busy(Guest guest) {
        var output = guest.run("read -r up idle </proc/uptime; echo up $up $idle").output();
        var match = UPTIME.matcher(output);
        if (!match.find()) {
            throw new GuestException("no times in: " + output);
        }
        return number(match.group(1)) - number(match.group(2));
    }

    /** Microseconds a byte into the region, and out of it. */
    static double serving(Consumer consumer) {
        consumer.takeFor(Duration.ofSeconds(WARM_UP_SECONDS));
        return serving(consumer, SERVING_SECONDS);
    }

    private static double serving(Consumer consumer, int seconds) {
        int bytes = consumer.takeFor(Duration.ofSeconds(seconds)).stream().mapToInt(slot -> slot.payload().length).sum();
        return seconds * 1e6 / bytes;
    }

    /**
     * Microseconds a byte, tested and written to a file in the guest's memory as to a kernel's device: rngd's job with its defaults.
     *
     * @param busy only those in which the processor did something
     */
    private static double rngd(Guest guest, boolean busy) {
        var output = guest.run("now() { read -r up idle </proc/uptime; echo $1 $up $idle $(wc -c </tmp/rngd.out); }; : >/tmp/rngd.out; "
                + RNGD_COMMAND + "--random-device=/tmp/rngd.out >/tmp/rngd 2>&1 & until [ -s /tmp/rngd.out ]; do sleep 0.1; done; now from; sleep "
                + RNGD_SECONDS + "; now to; kill %1; wait; rm /tmp/rngd.out").output();
        var match = RNGD_WROTE.matcher(output.replaceAll("\\s+", " "));
        if (!match.find()) {
            throw new GuestException("nothing written by rngd: " + output);
        }
        double up = number(match.group(4)) - number(match.group(1));
        double idle = number(match.group(5)) - number(match.group(2));
        return (busy ? up - idle : up) * 1e6 / (number(match.group(6)) - number(match.group(3)));
    }

    /** Microseconds a byte, by rngd's own word. */
    private static double rngdTest(Guest guest) {
        var output = guest.run(RNGD_COMMAND + "--test >/tmp/rngd 2>&1 & sleep " + RNGD_SECONDS + "; kill %1; wait; cat /tmp/rngd").output();
        var match = RNGD_RATE.matcher(output);
        if (!match.find()) {
            throw new GuestException("no rate in: " + output);
        }
        return 8e6 / (number(match.group(1)) * (match.group(2).equals("K") ? 1e3 : 1e6));
    }

    private static void idle(Guest guest, List<Row> rows) {
        // Nobody consumes: the ring is full and the service waits, and has compiled what it does then.
        guest.run("sleep 60");
        double before = processorTicks(guest);
        guest.run("sleep " + IDLE_SECONDS);
        rows.add(Row.alone("service with a full ring, processor", "%", 0.5, (processorTicks(guest) - before) / IDLE_SECONDS));
        rows.add(Row.alone("service with a full ring, peak RSS", "MiB", PEAK_RSS, number(guest, "grep VmHWM /proc/" + SERVICE + "/status") / 1024));
        rows.add(Row.alone("service, PSS", "MiB", 0, number(guest, "grep ^Pss: /proc/" + SERVICE + "/smaps_rollup") / 1024));
        rows.add(Row.alone("service, private memory that is no file's", "MiB", 0,
                number(guest, "grep ^Anonymous: /proc/" + SERVICE + "/smaps_rollup") / 1024));
        rows.add(Row.alone("service, threads", "", 0, number(guest, "grep Threads /proc/" + SERVICE + "/status")));
        rows.add(Row.alone("guest's memory in use", "MiB", 0,
                number(guest, "awk '/MemTotal/{t=$2} /MemAvailable/{print t-$2 \" kB\"}' /proc/meminfo") / 1024));
    }

    private void oneShot(Guest guest, List<Row> rows) {
        var ours = new ArrayList<Times>();
        var tool = new ArrayList<Times>();
        var nothing = new ArrayList<Times>();
        var call = new ArrayList<Times>();
        var version = new ArrayList<Times>();
        var doesNothing = EmptyJvm.command(Nothing.class);
        var callsOnce = EmptyJvm.command(OneNativeCall.class);
        for (int i = 0; i < PAIRS; i++) {
            tool.add(time(guest, "pkcs11-tool --generate-random 32 --output-file /tmp/r 2>/dev/null"));
            ours.add(time(guest, "entropy generate --bytes 32 --output-file /tmp/r"));
            nothing.add(time(guest, doesNothing));
            call.add(time(guest, callsOnce));
            version.add(time(guest, "entropy --version"));
        }
        rows.add(Row.alone("generate 32 bytes, wall", "s", counted ? 0 : 0.4, ours.stream().mapToDouble(Times::wall).toArray()));
        rows.add(new Row("generate 32 bytes, wall", "s", ours.stream().mapToDouble(Times::wall).toArray(), "pkcs11-tool",
                tool.stream().mapToDouble(Times::wall).toArray(), 0));
        rows.add(new Row("generate 32 bytes, processor", "s", ours.stream().mapToDouble(Times::processor).toArray(),
                "pkcs11-tool", tool.stream().mapToDouble(Times::processor).toArray(), 0));
        rows.add(new Row("generate 32 bytes, wall", "s", ours.stream().mapToDouble(Times::wall).toArray(), "JVM that does nothing",
                nothing.stream().mapToDouble(Times::wall).toArray(), 0));
        rows.add(new Row("generate 32 bytes, wall", "s", ours.stream().mapToDouble(Times::wall).toArray(),
                "JVM that calls getpid once", call.stream().mapToDouble(Times::wall).toArray(), 0));
        rows.add(new Row("generate 32 bytes, wall", "s", ours.stream().mapToDouble(Times::wall).toArray(),
                "`entropy --version`", version.stream().mapToDouble(Times::wall).toArray(), 0));
    }

    private static Times time(Guest guest, String command) {
        var output = guest.run("time sh -c '" + command + "'").output();
        var match = TIMES.matcher(output);
        if (!match.find()) {
            throw new GuestException("no times in: " + output);
        }
        return new Times(60 * number(match.group(1)) + number(match.group(2)), 60 * number(match.group(3))
                + number(match.group(4)) + 60 * number(match.group(5)) + number(match.group(6)));
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }

    /** The first number in what a command prints. */
    static double number(Guest guest, String command) {
        var output = guest.run(command).output();
        var match = Pattern.compile("(\\d+)").matcher(output);
        if (!match.find()) {
            throw new GuestException("no number in: " + output);
        }
        return number(match.group(1));
    }

    /** Hundredths of a second of processor time of the service. */
    private static double processorTicks(Guest guest) {
        return number(guest, "awk '{print $14 + $15}' /proc/" + SERVICE + "/stat");
    }
}
