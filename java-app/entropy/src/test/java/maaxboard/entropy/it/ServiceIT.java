// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.RegionSpec;
import maaxboard.entropy.region.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code entropy run} and {@code entropy publish} as processes, a consumer in this one, two files between them. */
class ServiceIT {
    private static final int SIGNAL_EXIT = 128;

    @TempDir
    Path folder;

    private SoftHsm hsm;
    private String spec;
    private Process service;

    @BeforeEach
    void makeRegion() throws Exception {
        hsm = new SoftHsm(folder, "alpha", "beta");
        spec = folder.resolve("data") + "," + folder.resolve("control");
        try (var data = new RandomAccessFile(folder.resolve("data").toFile(), "rw");
                var control = new RandomAccessFile(folder.resolve("control").toFile(), "rw")) {
            data.setLength(65536);
            control.setLength(4096);
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (service != null) {
            service.destroyForcibly().waitFor();
        }
    }

    private Path log() {
        return folder.resolve("log");
    }

    private void start(String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("run", "--region", spec, "--run-directory",
                folder.resolve("run").toString()));
        if (!List.of(more).contains("--module")) {
            arguments.addAll(List.of("--module", SoftHsm.MODULE.toString()));
        }
        arguments.addAll(List.of(more));
        service = hsm.start(log(), arguments.toArray(String[]::new));
    }

    private Region open() throws Exception {
        return Region.open(RegionSpec.parse(spec), Region.Role.CONSUMER);
    }

    /** Waits for a condition, not for time; what it waited for is said when it does not come. */
    private void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            if (System.nanoTime() > deadline || !service.isAlive()) {
                fail(what + " did not come" + (service.isAlive() ? "" : ", the service ended with " + service.exitValue())
                        + "; the log:\n" + Files.readString(log()));
            }
            Thread.sleep(5);
        }
    }

    private void awaitState(Region region, State state) throws Exception {
        await(state.toString(), () -> RegionHeader.read(region).present() && RegionHeader.read(region).state() == state);
    }

    /** Takes so many bytes and sees to it that no payload comes twice. */
    private long take(RegionConsumer consumer, long bytes, Set<String> seen) throws Exception {
        long[] taken = {0};
        await(bytes + " bytes", () -> {
            for (var slot = consumer.next(); slot.isPresent(); slot = consumer.next()) {
                assertTrue(seen.add(HexFormat.of().formatHex(slot.get().payload())), "bytes came twice");
                taken[0] += slot.get().payload().length;
            }
            return taken[0] >= bytes;
        });
        return taken[0];
    }

    private RegionConsumer attach(Region region) throws Exception {
        await("producer", () -> RegionHeader.read(region).present());
        return RegionConsumer.attach(region).orElseThrow();
    }

    @Test
    void bytesFlowUntilSigtermAndThenTheStateSaysStopped() throws Exception {
        start();
        try (var region = open()) {
            var consumer = attach(region);
            var seen = new HashSet<String>();
            long taken = take(consumer, 1_000_000, seen);
            assertEquals(State.OK, RegionHeader.read(region).state());
            service.destroy();
            assertTrue(service.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, service.exitValue());
            var header = RegionHeader.read(region);
            assertEquals(State.STOPPED, header.state());
            assertEquals(Reason.STOPPED_BY_SIGNAL, header.reason());
            for (var slot = consumer.next(); slot.isPresent(); slot = consumer.next()) {
                taken += slot.get().payload().length;
            }
            assertEquals(header.published(), taken);
        }
    }

    /** As {@link #start}, with descriptor 3 open on that file. */
    private void startWithDescriptor3(Path file, String... more) throws Exception {
        var command = new ArrayList<>(List.of("sh", "-c", "exec 3>\"$0\"; exec \"$@\"", file.toString()));
        command.addAll(SoftHsm.command("run", "--region", spec, "--run-directory", folder.resolve("run").toString(),
                "--module", SoftHsm.MODULE.toString()));
        command.addAll(List.of(more));
        service = hsm.start(log(), command);
    }

    /** Whether the service has that file open under any number. */
    private boolean isOpen(Path file) throws Exception {
        try (var descriptors = Files.list(Path.of("/proc/" + service.pid() + "/fd"))) {
            for (var descriptor : descriptors.toList()) {
                try {
                    if (Files.readSymbolicLink(descriptor).equals(file.toRealPath())) {
                        return true;
                    }
                } catch (NoSuchFileException e) {
                    // closed since it was listed
                }
            }
        }
        return false;
    }

    @Test
    void theReadyDescriptorGetsOneLineOnceABlockIsPublished() throws Exception {
        var ready = folder.resolve("ready");
        startWithDescriptor3(ready, "--ready-fd", "3");
        await("the line", () -> Files.exists(ready) && Files.size(ready) > 0);
        try (var region = open()) {
            assertTrue(RegionHeader.read(region).published() > 0);
            take(attach(region), 100_000, new HashSet<>());
        }
        assertEquals("\n", Files.readString(ready));
        await("its end", () -> !isOpen(ready));
    }

    @Test
    void theReadyDescriptorStaysSilentWhileThereAreTooFewTokens() throws Exception {
        var ready = folder.resolve("ready");
        startWithDescriptor3(ready, "--ready-fd", "3", "--min-tokens", "3");
        try (var region = open()) {
            awaitState(region, State.WAITING);
            await("both tokens", () -> Files.readString(log()).split("start-up test passed", -1).length == 3);
            assertEquals(0, Files.size(ready));
        }
    }

    @Test
    void aReadyDescriptorThatIsNotOpenIsSaidAndTheServiceServesAllTheSame() throws Exception {
        start("--ready-fd", "999");
        try (var region = open()) {
            take(attach(region), 10_000, new HashSet<>());
        }
        await("the warning", () -> Files.readString(log()).contains("--ready-fd: write fd:999: "));
    }

    @Test
    void afterSigkillTheNextStartTakesOverAndNothingComesTwice() throws Exception {
        start();
        try (var region = open()) {
            var consumer = attach(region);
            var seen = new HashSet<String>();
            take(consumer, 100_000, seen);
            long generation = RegionHeader.read(region).generation();
            service.destroyForcibly().waitFor();
            assertEquals(SIGNAL_EXIT + 9, service.exitValue());
            start();
            await("a new generation", () -> RegionHeader.read(region).generation() != generation
                    && RegionHeader.read(region).present());
            take(consumer, 500_000, seen);
            assertEquals(0, consumer.torn());
        }
    }

    @Test
    void severalTokensServeAtOnceEachUnderItsOwnIndex() throws Exception {
        start();
        try (var region = open()) {
            var consumer = attach(region);
            var sources = new HashSet<Integer>();
            await("both tokens", () -> {
                consumer.next().ifPresent(slot -> sources.add(slot.source()));
                return sources.equals(Set.of(0, 1));
            });
        }
    }

    @Test
    void aSecondProducerEndsWith75AndDisturbsNothing() throws Exception {
        start();
        try (var region = open()) {
            awaitState(region, State.OK);
            long generation = RegionHeader.read(region).generation();
            var second = hsm.entropy("run", "--module", SoftHsm.MODULE.toString(), "--region", spec, "--run-directory",
                    folder.resolve("run2").toString());
            assertEquals(75, second.status(), second.err());
            assertEquals(generation, RegionHeader.read(region).generation());
        }
    }

    @Test
    void aFullRingIsWaitedForWithoutSpinning() throws Exception {
        start();
        try (var region = open()) {
            awaitState(region, State.OK);
            await("a full ring", () -> RegionHeader.read(region).full() == 128);
            var before = service.info().totalCpuDuration().orElseThrow();
            Thread.sleep(3000);
            var used = service.info().totalCpuDuration().orElseThrow().minus(before);
            assertTrue(used.toMillis() < 1000, used + " of CPU time in 3 s");
            assertTrue(RegionHeader.read(region).spaceWanted());
        }
    }

    @Test
    void theConsumersRequestForATestIsServed() throws Exception {
        start();
        try (var region = open()) {
            var consumer = attach(region);
            awaitState(region, State.OK);
            int request = consumer.requestTest();
            await("the result", () -> RegionHeader.read(region).requestServed() == request);
            assertEquals(1, RegionHeader.read(region).requestResult());
        }
    }

    @Test
    void statusTellsTokensAndBytesAndSighupKeepsServing() throws Exception {
        start("--metrics-file", folder.resolve("metrics").toString());
        try (var region = open()) {
            var consumer = attach(region);
            take(consumer, 10_000, new HashSet<>());
            var status = hsm.entropy("status", "--run-directory", folder.resolve("run").toString());
            assertEquals(0, status.status(), status.err());
            assertTrue(status.out().contains("(alpha): serving"), status.out());
            var json = hsm.entropy("status", "--json", "--run-directory", folder.resolve("run").toString());
            assertTrue(json.out().startsWith("{\"state\":\"OK\""), json.out());
            hsm.run("kill", "-HUP", Long.toString(service.pid()));
            await("the new configuration", () -> Files.readString(log()).contains("SIGHUP: configuration read"));
            take(consumer, 100_000, new HashSet<>());
            await("metrics", () -> Files.exists(folder.resolve("metrics")));
            assertTrue(Files.readString(folder.resolve("metrics")).contains("maaxboard_entropy_state 2"));
        }
    }

    @Test
    void aTokenReachedThroughTwoModulesIsReadThroughOneOfThem() throws Exception {
        var proxy = hsm.run("sh", "-c", "echo $(pkg-config --variable=proxy_module p11-kit-1)").out().strip();
        start("--module", SoftHsm.MODULE + " " + proxy, "--token-label", "alpha");
        try (var region = open()) {
            var consumer = attach(region);
            take(consumer, 50_000, new HashSet<>());
            await("the second module", () -> Files.readString(log()).contains("already, not through"));
            take(consumer, 50_000, new HashSet<>());
            assertEquals(State.OK, RegionHeader.read(region).state());
        }
    }

    @Test
    void aByteBudgetStopsATokenThatHasGivenItsShare() throws Exception {
        start("--byte-budget", "4096", "--token-label", "alpha");
        try (var region = open()) {
            attach(region);
            await("the end of the budget", () -> Files.readString(log()).contains("of 24 hours are spent"));
            await(State.WAITING.toString(), () -> RegionHeader.read(region).state() == State.WAITING);
            assertTrue(RegionHeader.read(region).published() <= 4096);
        }
    }

    @Test
    void publishPutsAnotherToolsOutputIntoTheRegionWhole() throws Exception {
        var file = folder.resolve("random.bin");
        var tool = hsm.run("pkcs11-tool", "--module", SoftHsm.MODULE.toString(), "--generate-random", "1000",
                "--output-file", file.toString());
        assertEquals(0, tool.status(), tool.err());
        assertEquals(0, hsm.entropy("publish", file.toString(), "--region", spec).status());
        try (var region = open()) {
            var out = folder.resolve("out");
            // The consumer comes first in real life; here it is made to look as if it had been there.
            region.control().setInt(0x004, 1);
            region.control().setInt(0x000, 0x3143584d);
            var read = hsm.entropy("region", "read", "-n", "1000", "--region", spec, "-o", out.toString());
            assertEquals(0, read.status(), read.err());
            assertEquals(-1, Files.mismatch(file, out));
        }
    }

    @Test
    void publishRefusesStuckBytesAndWritesNothing() throws Exception {
        var file = Files.write(folder.resolve("stuck"), new byte[1000]);
        var refused = hsm.entropy("publish", file.toString(), "--region", spec);
        assertEquals(65, refused.status(), refused.err());
        try (var region = open()) {
            assertFalse(RegionHeader.read(region).present());
        }
    }
}
