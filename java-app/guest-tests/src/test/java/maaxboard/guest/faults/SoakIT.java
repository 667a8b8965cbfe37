// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import maaxboard.guest.faults.FaultCase.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fault every 10 s, drawn by a seed. SOAK_MINUTES (5) and SOAK_SEED (1) in the environment set how long and which. */
class SoakIT {
    private static final long PERIOD_SECONDS = 10;
    private static final long GROWTH_KIB = 2_048;

    @TempDir
    Path folder;

    /** What a leak would show in. */
    private record Footprint(long rssKib, long threads, long files) {
        static Footprint of(Process process) throws IOException {
            Path proc = Path.of("/proc/" + process.pid());
            List<String> status = Files.readAllLines(proc.resolve("status"));
            try (var files = Files.list(proc.resolve("fd"))) {
                return new Footprint(field(status, "VmRSS:"), field(status, "Threads:"), files.count());
            }
        }

        private static long field(List<String> status, String name) {
            return status.stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(name.length()).replace("kB", "").strip())
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void nothingIsLostAndNothingGrows() throws Exception {
        long minutes = Long.parseLong(System.getenv().getOrDefault("SOAK_MINUTES", "5"));
        long seed = Long.parseLong(System.getenv().getOrDefault("SOAK_SEED", "1"));
        // The service must stay the same process: its own death and tokens that stay known are the table's.
        List<FaultCase> faults = FaultCase.all().stream()
                .filter(fault -> fault.kind() == Kind.RECOVERS)
                .filter(fault -> !fault.name().matches("service.*|another.*|two tokens.*"))
                .toList();
        var chance = new SplittableRandom(seed);
        try (var rig = new HostRig(folder)) {
            var table = new FaultTable(rig);
            long begun = System.nanoTime();
            long end = begun + TimeUnit.MINUTES.toNanos(minutes);
            Footprint warm = null;
            int done = 0;
            while (System.nanoTime() < end) {
                long next = System.nanoTime() + TimeUnit.SECONDS.toNanos(PERIOD_SECONDS);
                table.run(faults.get(chance.nextInt(faults.size())));
                done++;
                while (System.nanoTime() < next) {
                    table.delivery().drain();
                    Thread.sleep(10);
                }
                if (warm == null && System.nanoTime() - begun > (end - begun) / 2) {
                    warm = Footprint.of(rig.service());
                }
            }
            table.awaitNewBytes("the end of the soak");
            Footprint now = Footprint.of(rig.service());
            System.out.printf("soak: %d minutes, seed %d, %d faults, %d bytes; half-way %s, at the end %s%n",
                    minutes, seed, done, table.delivery().bytes(), warm, now);
            assertEquals(List.of(), table.delivery().strangers());
            assertEquals(warm.threads(), now.threads(), "threads");
            assertEquals(warm.files(), now.files(), "open files");
            assertTrue(now.rssKib() - warm.rssKib() <= GROWTH_KIB, () -> "RSS grows");
        }
    }
}
