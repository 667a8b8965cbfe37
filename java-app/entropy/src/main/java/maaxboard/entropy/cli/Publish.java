// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.health.AdaptiveProportionTest;
import maaxboard.entropy.health.CutOffs;
import maaxboard.entropy.health.RepetitionCountTest;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.region.State;

/** {@code entropy publish}: the output of another tool into the region. */
final class Publish implements Command {
    private static final int MOST = 16 << 20;
    private static final int POLL_MILLIS = 50;

    @Override
    public String name() {
        return "publish";
    }

    @Override
    public String summary() {
        return "Write bytes that another tool has made into the region.";
    }

    @Override
    public void describe(Description description) {
        Options.addOperand(description, "FILE", "file with the bytes (default or '-': standard input), up to 16 MiB");
        Options.addKeys(description, List.of(Key.REGION, Key.SLOT_BYTES, Key.SLOT_COUNT, Key.CLAIMED_ENTROPY));
        Options.addText(description, "SECONDS", "how long to wait for the consumer when the ring is full (default 60)", "--timeout");
        description.footer("", "The whole input is read and put through the repetition count and adaptive"
                + " proportion tests first; if it fails, nothing is written.");
    }

    @Override
    public ExitCode run(Arguments arguments) throws Exception {
        var configuration = Options.configuration(arguments);
        SelfProtection.forbidCoreDumps();
        long timeout = Options.number(arguments, "--timeout", "seconds", 60, 86_400) * 1_000_000_000;
        var operand = Options.operand(arguments);
        var bytes = input(operand == null ? "-" : operand);
        try {
            test(bytes, configuration.health().intermittent());
            try (var region = Region.open(configuration.region(), Region.Role.PRODUCER);
                    var waiter = region.newWaiter()) {
                long generation = ByteBuffer.wrap(SelfProtection.kernelRandom(8)).getLong() | 1;
                var producer = RegionProducer.start(region, configuration.geometry(region.oneMap()), generation,
                        System.nanoTime());
                producer.state(State.OK, Reason.NONE);
                int most = producer.geometry().payloadBytes();
                long deadline = System.nanoTime() + timeout;
                for (int at = 0; at < bytes.length; ) {
                    int length = Math.min(most, bytes.length - at);
                    long now = System.nanoTime();
                    if (producer.publish(bytes, at, length, RegionLayout.SOURCE_MIXED, now)) {
                        at += length;
                        deadline = now + timeout;
                    } else if (now - deadline > 0) {
                        producer.state(State.STOPPED, Reason.NONE);
                        throw new CliException(ExitCode.IO, "region " + region.spec() + ": full, and the consumer took "
                                + "nothing for " + timeout / 1_000_000_000 + " s; " + at + " of " + bytes.length
                                + " bytes are written");
                    } else {
                        producer.tick(now);
                        waiter.arm();
                        if (!producer.wantSpace()) {
                            waiter.sleep(POLL_MILLIS);
                        }
                    }
                }
                producer.spaceNoLongerWanted();
                if (producer.consumerWantsWakeUp()) {
                    region.ringDoorbell();
                }
                producer.state(State.STOPPED, Reason.NONE);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
        return ExitCode.OK;
    }

    private static byte[] input(String name) throws Exception {
        try (InputStream in = name.equals("-") ? System.in : new FileInputStream(name)) {
            var bytes = in.readNBytes(MOST + 1);
            if (bytes.length > MOST) {
                throw new CliException(ExitCode.DATA, "input " + name + ": more than " + MOST + " bytes; publish it in parts");
            }
            if (bytes.length == 0) {
                throw new CliException(ExitCode.DATA, "input " + name + ": is empty; expected random bytes");
            }
            return bytes;
        } catch (FileNotFoundException e) {
            throw new CliException(ExitCode.NO_INPUT, "input " + name + ": missing or not readable");
        }
    }

    private static void test(byte[] bytes, CutOffs cutOffs) throws CliException {
        int run = new RepetitionCountTest().feed(bytes);
        if (run >= cutOffs.repetition()) {
            throw new CliException(ExitCode.DATA, "input: fails the repetition count test: a byte stands " + run
                    + " times in a row, expected fewer than " + cutOffs.repetition() + "; nothing was written");
        }
        for (int from = 0; from + CutOffs.WINDOW <= bytes.length; from += CutOffs.WINDOW) {
            int count = AdaptiveProportionTest.count(bytes, from);
            if (count >= cutOffs.proportion()) {
                throw new CliException(ExitCode.DATA, "input: fails the adaptive proportion test at byte " + from
                        + ": the first byte stands " + count + " times in 512, expected fewer than "
                        + cutOffs.proportion() + "; nothing was written");
            }
        }
    }
}
