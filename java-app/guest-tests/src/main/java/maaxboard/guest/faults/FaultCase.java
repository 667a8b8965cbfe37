// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import maaxboard.entropy.health.HealthPolicy;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.entropy.region.State;
import maaxboard.guest.P11KitServer;

/**
 * A line of the fault table.
 *
 * @param name what goes wrong
 * @param kind what must come of it
 * @param cause how it is made
 * @param cure how it ends; null: by itself
 * @param reasons one of which the consumer must see, of the refusal or while it lasts; empty: any, or none
 * @param log what the service's log must say, a regular expression
 * @param ones of {@link Kind#ALARMS}: the probability of a 1 bit in the n-th answer; else null
 */
public record FaultCase(
        String name, Kind kind, Act cause, Act cure, Set<Reason> reasons, String log, IntToDoubleFunction ones) {
    FaultCase(String name, Kind kind, Act cause, Act cure, Set<Reason> reasons, String log) {
        this(name, kind, cause, cure, reasons, log, null);
    }

    /** Whether the service dies of it. */
    boolean killsService() {
        return name.startsWith("service SIGKILLed");
    }

    /** The most that the median recovery on an idle machine may take, in seconds; 0: nothing is asked. */
    public double limit() {
        return name.startsWith("pcscd killed") ? PCSCD_LIMIT : name.matches("(token|card) .* after 3 s|.* middle of a command") ? TOKEN_LIMIT : 0;
    }

    /**
     * The bytes that get through on average before a unit of 512 fails the adaptive proportion test (SP 800-90B, 4.4.2)
     * at the service's usual claim: from the binomial distribution, nothing of the code under test but its cut-off.
     */
    double expectedBytes() {
        int cutOff = HealthPolicy.DEFAULT.intermittent().proportion();
        double sum = 0;
        double passedSoFar = 1;
        for (int unit = 0; unit < 100_000 && passedSoFar > 1e-9; unit++) {
            double p = ones.applyAsDouble(unit * 512 / 32);
            double fails = 0;
            for (int bits = 0; bits <= 8; bits++) {
                double symbol = Math.pow(p, bits) * Math.pow(1 - p, 8 - bits);
                fails += choose(8, bits) * symbol * tail(511, symbol, cutOff - 1);
            }
            passedSoFar *= 1 - fails;
            sum += 512 * passedSoFar;
        }
        return sum;
    }

    /** The probability of at least {@code least} successes in {@code n} trials. */
    private static double tail(int n, double p, int least) {
        if (p <= 0 || p >= 1) {
            return p >= 1 ? 1 : 0;
        }
        double below = 0;
        double logTerm = n * Math.log1p(-p);
        for (int k = 0; k < least; k++) {
            below += Math.exp(logTerm);
            logTerm += Math.log((double) (n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
        }
        return Math.clamp(1 - below, 0, 1);
    }

    private static double choose(int n, int k) {
        double value = 1;
        for (int i = 0; i < k; i++) {
            value = value * (n - i) / (i + 1);
        }
        return value;
    }

    /** What one test says first, another says when the token is tested again: any of them is right. */
    private static final Set<Reason> BAD_BYTES = Set.of(
            Reason.RCT, Reason.APT, Reason.REPEATED_DATA, Reason.IMPLAUSIBLE_ANSWER, Reason.ASSESSMENT_LOW);
    private static final double TOKEN_LIMIT = 2;
    private static final double PCSCD_LIMIT = 5;

    static final List<String> SERIALS = List.of("43211234", "0000BEEF");
    /** Of a token that nobody asked for. */
    private static final String STRANGER = "99998888";

    /** What must come of a fault. */
    public enum Kind {
        /** Bytes flow again within 60 s of the cure; no byte of a bad answer comes. */
        RECOVERS("recovers, nothing lost or twice"),
        /** The same, and the service has nothing to report. */
        UNNOTICED("bytes go on"),
        /** State FAILED, not one byte of the bad answers; good again after 'entropy clear'. */
        REFUSED("refused, 0 bytes published"),
        /** State WAITING and not one byte while it lasts; bytes flow again within 60 s of the cure. */
        WAITS("no token, 0 bytes published"),
        /** State FAILED after some bytes, whose number is measured. */
        ALARMS("alarm"),
        /** The module hides it from the service: what comes is listed, not held against anything. */
        UNSEEN("not visible behind OpenSC");

        private final String expectation;

        Kind(String expectation) {
            this.expectation = expectation;
        }

        /** In the words of the table. */
        public String expectation() {
            return expectation;
        }
    }

    /** Something done to the rig. */
    @FunctionalInterface
    public interface Act {
        /** Does it. */
        void on(Rig rig) throws Exception;
    }

    private static final Act NONE = rig -> rig.order(0, "fault none");

    private static Act say(String... orders) {
        return rig -> {
            for (String order : orders) {
                rig.order(0, order);
            }
        };
    }

    private static FaultCase recovers(String name, Act cause, Act cure, String log, Reason... reasons) {
        return new FaultCase(name, Kind.RECOVERS, cause, cure, Set.of(reasons), log);
    }

    private static FaultCase refused(String name, String fault) {
        return new FaultCase(name, Kind.REFUSED, say("fault " + fault), NONE, BAD_BYTES, "quarantined|alarm");
    }

    /** What only a link to a token on another machine can go through. */
    public static List<FaultCase> of(P11KitServer link) {
        return List.of(
                recovers("link to another machine's token broken, there again after 3 s", rig -> {
                            link.close();
                            Thread.sleep(3_000);
                        }, rig -> link.serve(), "CKR_"),
                recovers("link to another machine's token silent for 15 s", rig -> {
                            link.signal("STOP");
                            Thread.sleep(15_000);
                        }, rig -> link.signal("CONT"), ""));
    }

    /** What only a machine with a clock of its own can go through. */
    public static List<FaultCase> ownClock() {
        return List.of(
                new FaultCase("clock stepped forward by a day", Kind.UNNOTICED, rig -> rig.stepClock(86_400), null, Set.of(), ""),
                new FaultCase("clock stepped back by a day", Kind.UNNOTICED, rig -> rig.stepClock(-86_400), null, Set.of(), ""));
    }

    /** Everything that can be done to a token and to the way from it, wherever the rig stands. */
    public static List<FaultCase> all() {
        return List.of(
                recovers("token unplugged, plugged in again after 3 s", pausing("unplug", 3), say("plug"), "gone|removed|REMOVED",
                        Reason.TOKEN_REMOVED),
                recovers("card taken out, put in again after 3 s", pausing("card-out", 3), say("card-in"), "gone|removed|REMOVED",
                        Reason.TOKEN_REMOVED),
                recovers("card taken out in the middle of a command", pausing("fault tear x1", 3), say("card-in"), "CKR_",
                        Reason.TOKEN_REMOVED),
                recovers("token unplugged in the middle of a command", pausing("fault yank x1", 3), say("plug"), "CKR_",
                        Reason.TOKEN_REMOVED),
                recovers("device resets itself (USB reset)", say("fault usb-reset x1"), null, "CKR_", Reason.TOKEN_REMOVED),
                recovers("endpoint stalls (USB stall), then the device is replugged",
                        pausing("fault stall x1", 3), say("unplug", "plug"), "CKR_", Reason.TOKEN_REMOVED),
                new FaultCase("each answer 20 ms late", Kind.UNNOTICED, pausing("fault delay 20", 3), NONE, Set.of(), ""),
                recovers("an answer 5 s late", say("fault delay 5000 x1"), null, ""),
                recovers("no answer, ever; token replugged after 3 s",
                        pausing("fault silent x1", 3), say("unplug", "plug"), "CKR_", Reason.TOKEN_REMOVED),
                recovers("status 6F00 without data", pausing("fault refuse", 3), NONE, "CKR_", Reason.TOKEN_REMOVED),
                recovers("status 6982 after the data", pausing("fault status 6982", 3), NONE, "CKR_",
                        Reason.TOKEN_REMOVED),
                recovers("one status 6F00, once", say("fault refuse x1"), null, "CKR_"),
                // OpenSC cuts what is too long and gives the service whole blocks.
                new FaultCase("one byte too many in each answer", Kind.UNSEEN, pausing("fault long", 3), NONE, Set.of(), ""),
                refused("one byte too few in each answer", "short"),
                refused("all bytes 00", "zero"),
                refused("all bytes FF", "ones"),
                refused("one 32-byte block repeated", "repeat"),
                refused("8-bit counter", "counter8"),
                refused("32-bit counter, big-endian", "counter32be"),
                refused("32-bit counter, little-endian", "counter32le"),
                refused("ASCII text", "ascii"),
                refused("TLV tag and length before random bytes", "tlv"),
                new FaultCase("bits set with probability 0.9", Kind.ALARMS, say("fault bias 0.9"), NONE,
                        BAD_BYTES, "alarm|quarantined", n -> 0.9),
                new FaultCase("slow degradation, 0.0005 an answer", Kind.ALARMS, say("fault degrade 0.0005"), NONE,
                        BAD_BYTES, "alarm|quarantined",
                        n -> Math.min(1, 0.5 + 0.0005 * n)),
                recovers("another token in the same place (serial changed)",
                        rig -> {
                            int logged = rig.log().length();
                            rig.order(0, "unplug");
                            Thread.sleep(3_000);
                            rig.order(0, "serial 11112222");
                            rig.order(0, "plug");
                            rig.awaitLog(logged, "fffe11112222");
                            Thread.sleep(2_000);
                        },
                        rig -> {
                            rig.order(0, "unplug");
                            Thread.sleep(3_000);
                            rig.order(0, "serial " + SERIALS.getFirst());
                            rig.order(0, "plug");
                        }, "fffe11112222", Reason.TOKEN_REMOVED),
                new FaultCase("token with another serial number than the one asked for", Kind.WAITS,
                        rig -> {
                            int logged = rig.log().length();
                            rig.select("fffe" + SERIALS.getFirst());
                            // Unplugged before it is found again it would never be missed.
                            rig.awaitLog(logged, "start-up test passed");
                            rig.order(0, "unplug");
                            rig.order(0, "serial " + STRANGER);
                        },
                        rig -> {
                            rig.order(0, "unplug");
                            Thread.sleep(3_000);
                            rig.order(0, "serial " + SERIALS.getFirst());
                            rig.order(0, "plug");
                        }, Set.of(Reason.TOKEN_REMOVED, Reason.NO_TOKEN), "in no slot|no longer|gone|CKR_"),
                new FaultCase("second token with the same serial", Kind.UNNOTICED,
                        rig -> {
                            rig.order(1, "serial " + SERIALS.getFirst());
                            rig.order(1, "plug");
                            Thread.sleep(4_000);
                        },
                        rig -> {
                            rig.order(1, "unplug");
                            rig.order(1, "serial " + SERIALS.get(1));
                        }, Set.of(), ""),
                new FaultCase("two tokens, one is unplugged", Kind.RECOVERS,
                        rig -> {
                            int logged = rig.log().length();
                            rig.order(1, "plug");
                            rig.awaitLog(logged, "0000beef");
                            Thread.sleep(2_000);
                            rig.order(0, "unplug");
                            Thread.sleep(3_000);
                        },
                        rig -> {
                            rig.order(0, "plug");
                            Thread.sleep(1_000);
                            rig.order(1, "unplug");
                        }, Set.of(Reason.TOKEN_REMOVED), "0000beef"),
                new FaultCase("consumer stops reading for 30 s", Kind.UNNOTICED, rig -> Thread.sleep(30_000), null, Set.of(), ""),
                recovers("consumer writes garbage into the control page for 3 s", FaultCase::garbage, null, "consumer: its head",
                        Reason.CONSUMER_BAD),
                recovers("pcscd killed and started at once", rig -> {
                            rig.killPcscd();
                            rig.startPcscd();
                        }, null, "CKR_|pcscd", Reason.PCSCD_GONE, Reason.TOKEN_REMOVED),
                recovers("pcscd killed and started at once, the ring full", rig -> {
                            awaitFullRing(rig);
                            rig.killPcscd();
                            rig.startPcscd();
                            awaitTrouble(rig);
                        }, null, ""),
                recovers("pcscd killed, left dead 10 s", rig -> {
                            rig.killPcscd();
                            Thread.sleep(10_000);
                        }, Rig::startPcscd, "pcscd|CKR_", Reason.PCSCD_GONE, Reason.TOKEN_REMOVED),
                recovers("service SIGKILLed and started again", Rig::killService, Rig::startService, "started", Reason.STARTING));
    }

    /** So that the service has nothing to ask of its token: what it hears of a fault, it hears from the list of slots. */
    private static void awaitFullRing(Rig rig) throws InterruptedException {
        int slots = RegionHeader.read(rig.region()).slotCount();
        for (int i = 0; RegionHeader.read(rig.region()).full() < slots; i++) {
            if (i == 1_200) {
                throw new AssertionError("the ring has not filled within 120 s");
            }
            Thread.sleep(100);
        }
    }

    /** Until the service has seen it by itself, nobody reading; it looks every two seconds. */
    private static void awaitTrouble(Rig rig) throws InterruptedException {
        for (int i = 0; i < 1_000 && RegionHeader.read(rig.region()).state() == State.OK; i++) {
            Thread.sleep(10);
        }
    }

    /** Over everything the producer reads there, for as long as it takes to see it; the next heartbeat mends the head. */
    private static void garbage(Rig rig) throws InterruptedException {
        var control = rig.region().control();
        var random = new SplittableRandom(13);
        for (int i = 0; i < 30; i++) {
            control.setInt(RegionLayout.HEAD, random.nextInt());
            control.setInt(RegionLayout.WAKE_WANTED, random.nextInt());
            control.setInt(RegionLayout.REQUEST, random.nextInt());
            control.setLong(RegionLayout.CONSUMER_HEARTBEAT, random.nextLong());
            Thread.sleep(100);
        }
    }

    private static Act pausing(String order, int seconds) {
        return rig -> {
            rig.order(0, order);
            Thread.sleep(seconds * 1_000L);
        };
    }
}
