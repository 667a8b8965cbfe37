// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import maaxboard.entropy.health.HealthPolicy;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.RegionLayout;

/**
 * A line of the fault table.
 *
 * @param name what goes wrong
 * @param kind what must come of it
 * @param cause how it is made
 * @param cure how it ends; null: by itself
 * @param reasons of the refusal, one of which the consumer must see; empty: any
 * @param log what the service's log must say, a regular expression
 * @param ones of {@link Kind#ALARMS}: the probability of a 1 bit in the n-th answer; else null
 */
record FaultCase(
        String name, Kind kind, Act cause, Act cure, Set<Reason> reasons, String log, IntToDoubleFunction ones) {
    FaultCase(String name, Kind kind, Act cause, Act cure, Set<Reason> reasons, String log) {
        this(name, kind, cause, cure, reasons, log, null);
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

    static final List<String> SERIALS = List.of("43211234", "0000BEEF");

    /** What must come of a fault. */
    enum Kind {
        /** Bytes flow again within 60 s of the cure; no byte of a bad answer comes. */
        RECOVERS("recovers, nothing lost or twice"),
        /** The same, and the service has nothing to report. */
        UNNOTICED("bytes go on"),
        /** State FAILED, not one byte of the bad answers; good again after 'entropy clear'. */
        REFUSED("refused, 0 bytes published"),
        /** State FAILED after some bytes, whose number is measured. */
        ALARMS("alarm"),
        /** The module hides it from the service: what comes is listed, not held against anything. */
        UNSEEN("not visible behind OpenSC");

        final String expectation;

        Kind(String expectation) {
            this.expectation = expectation;
        }
    }

    /** Something done to the rig. */
    @FunctionalInterface
    interface Act {
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

    private static FaultCase recovers(String name, Act cause, Act cure, String log) {
        return new FaultCase(name, Kind.RECOVERS, cause, cure, Set.of(), log);
    }

    private static FaultCase refused(String name, String fault, Reason... reasons) {
        var set = EnumSet.noneOf(Reason.class);
        set.addAll(List.of(reasons));
        return new FaultCase(name, Kind.REFUSED, say("fault " + fault), NONE, set, "quarantined|alarm");
    }

    /** What only a machine with a clock of its own can go through. */
    static List<FaultCase> ownClock() {
        return List.of(
                new FaultCase("clock stepped forward by a day", Kind.UNNOTICED, rig -> rig.stepClock(86_400), null, Set.of(), ""),
                new FaultCase("clock stepped back by a day", Kind.UNNOTICED, rig -> rig.stepClock(-86_400), null, Set.of(), ""));
    }

    /** Everything that can be done to a token and to the way from it, wherever the rig stands. */
    static List<FaultCase> all() {
        return List.of(
                recovers("token unplugged, plugged in again after 3 s", pausing("unplug", 3), say("plug"), "gone|removed|REMOVED"),
                recovers("card taken out, put in again after 3 s", pausing("card-out", 3), say("card-in"), "gone|removed|REMOVED"),
                recovers("card taken out in the middle of a command", pausing("fault tear x1", 3), say("card-in"), "CKR_"),
                recovers("token unplugged in the middle of a command", pausing("fault yank x1", 3), say("plug"), "CKR_"),
                recovers("device resets itself (USB reset)", say("fault usb-reset x1"), null, "CKR_"),
                recovers("endpoint stalls (USB stall), then the device is replugged",
                        pausing("fault stall x1", 3), say("unplug", "plug"), ""),
                new FaultCase("each answer 20 ms late", Kind.UNNOTICED, pausing("fault delay 20", 3), NONE, Set.of(), ""),
                recovers("an answer 5 s late", say("fault delay 5000 x1"), null, ""),
                recovers("no answer, ever; token replugged after 3 s",
                        pausing("fault silent x1", 3), say("unplug", "plug"), ""),
                recovers("status 6F00 without data", pausing("fault refuse", 3), NONE, "CKR_"),
                recovers("status 6982 after the data", pausing("fault status 6982", 3), NONE, "CKR_"),
                recovers("one status 6F00, once", say("fault refuse x1"), null, "CKR_"),
                // OpenSC cuts what is too long and gives the service whole blocks.
                new FaultCase("one byte too many in each answer", Kind.UNSEEN, pausing("fault long", 3), NONE, Set.of(), ""),
                refused("one byte too few in each answer", "short", Reason.IMPLAUSIBLE_ANSWER),
                refused("all bytes 00", "zero", Reason.RCT, Reason.REPEATED_DATA, Reason.IMPLAUSIBLE_ANSWER),
                refused("all bytes FF", "ones", Reason.RCT, Reason.REPEATED_DATA, Reason.IMPLAUSIBLE_ANSWER),
                refused("one 32-byte block repeated", "repeat", Reason.REPEATED_DATA, Reason.APT, Reason.IMPLAUSIBLE_ANSWER),
                refused("8-bit counter", "counter8", Reason.REPEATED_DATA, Reason.IMPLAUSIBLE_ANSWER),
                refused("32-bit counter, big-endian", "counter32be", Reason.APT, Reason.RCT, Reason.IMPLAUSIBLE_ANSWER),
                refused("32-bit counter, little-endian", "counter32le", Reason.APT, Reason.RCT, Reason.IMPLAUSIBLE_ANSWER),
                refused("ASCII text", "ascii", Reason.APT, Reason.REPEATED_DATA, Reason.IMPLAUSIBLE_ANSWER),
                refused("TLV tag and length before random bytes", "tlv", Reason.APT, Reason.IMPLAUSIBLE_ANSWER),
                new FaultCase("bits set with probability 0.9", Kind.ALARMS, say("fault bias 0.9"), NONE,
                        Set.of(Reason.APT, Reason.RCT, Reason.ASSESSMENT_LOW, Reason.IMPLAUSIBLE_ANSWER),
                        "alarm|quarantined", n -> 0.9),
                new FaultCase("slow degradation, 0.0005 an answer", Kind.ALARMS, say("fault degrade 0.0005"), NONE,
                        Set.of(Reason.APT, Reason.RCT, Reason.ASSESSMENT_LOW), "alarm|quarantined",
                        n -> Math.min(1, 0.5 + 0.0005 * n)),
                recovers("another token in the same place (serial changed)",
                        rig -> {
                            rig.order(0, "unplug");
                            Thread.sleep(2_000);
                            rig.order(0, "serial 11112222");
                            rig.order(0, "plug");
                            Thread.sleep(5_000);
                        },
                        rig -> {
                            rig.order(0, "unplug");
                            Thread.sleep(2_000);
                            rig.order(0, "serial " + SERIALS.getFirst());
                            rig.order(0, "plug");
                        }, "fffe11112222"),
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
                            rig.order(1, "plug");
                            Thread.sleep(5_000);
                            rig.order(0, "unplug");
                            Thread.sleep(3_000);
                        },
                        rig -> {
                            rig.order(0, "plug");
                            Thread.sleep(1_000);
                            rig.order(1, "unplug");
                        }, Set.of(), "0000beef"),
                new FaultCase("consumer stops reading for 30 s", Kind.UNNOTICED, rig -> Thread.sleep(30_000), null, Set.of(), ""),
                recovers("consumer writes garbage into the control page for 3 s", FaultCase::garbage, null, "consumer"),
                recovers("pcscd killed and started at once", rig -> {
                            rig.killPcscd();
                            rig.startPcscd();
                        }, null, ""),
                recovers("pcscd killed, left dead 10 s", rig -> {
                            rig.killPcscd();
                            Thread.sleep(10_000);
                        }, Rig::startPcscd, "pcscd|CKR_"),
                recovers("service SIGKILLed and started again", Rig::killService, Rig::startService, "started"));
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
