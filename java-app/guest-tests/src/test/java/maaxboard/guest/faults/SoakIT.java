// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    /**
     * The sessions that OpenSC knows in the service's process.
     *
     * @param open after the last that was opened
     * @param most at once
     * @param opened in all
     */
    private record Sessions(int open, int most, int opened) {
        static Sessions in(Path file) throws IOException {
            String[] words = Files.readAllLines(file).getLast().split(" ");
            return new Sessions(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        }
    }

    /** What a leak would show in. */
    private record Footprint(long rssKib, long threads, long files) {
        static Footprint of(ProcessHandle process) throws IOException {
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
        Path sessions = folder.resolve("sessions");
        try (var rig = new HostRig(folder, counter(), Map.of(
                "SESSIONS_MODULE", HostRig.module().toString(), "SESSIONS_FILE", sessions.toString()))) {
            var table = new FaultTable(rig);
            long begun = System.nanoTime();
            long end = begun + TimeUnit.MINUTES.toNanos(minutes);
            Footprint warm = null;
            Footprint warmPcscd = null;
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
                    warm = Footprint.of(rig.service().toHandle());
                    warmPcscd = Footprint.of(rig.pcscd());
                }
            }
            table.awaitNewBytes("the end of the soak");
            Footprint now = Footprint.of(rig.service().toHandle());
            Footprint pcscd = Footprint.of(rig.pcscd());
            Sessions counted = Sessions.in(sessions);
            System.out.printf("soak: %d minutes, seed %d, %d faults, %d bytes; half-way %s, at the end %s; pcscd half-way %s, "
                    + "at the end %s; %s%n",
                    minutes, seed, done, table.delivery().bytes(), warm, now, warmPcscd, pcscd, counted);
            assertEquals(List.of(), table.delivery().strangers());
            assertEquals(warm.threads(), now.threads(), "threads");
            assertEquals(warm.files(), now.files(), "open files");
            assertTrue(now.rssKib() - warm.rssKib() <= GROWTH_KIB, () -> "RSS grows");
            assertEquals(1, counted.open(), "sessions open");
            assertEquals(1, counted.most(), "sessions open at once");
            assertTrue(counted.opened() > done / 2, "sessions were not counted");
            // Each of pcscd's clients has a thread and a descriptor there.
            assertEquals(warmPcscd.threads(), pcscd.threads(), "pcscd's threads");
            assertEquals(warmPcscd.files(), pcscd.files(), "pcscd's open files");
        }
    }

    /** The module that counts sessions, in front of OpenSC's. */
    private Path counter() throws Exception {
        Path source = folder.resolve("sessions.c");
        try (var text = SoakIT.class.getResourceAsStream("sessions.c")) {
            Files.copy(text, source);
        }
        Path module = folder.resolve("sessions.so");
        Process compiler = new ProcessBuilder("sh", "-c",
                "gcc -shared -fPIC -Wall -Wextra -Werror $(pkg-config --cflags p11-kit-1) -o \"$0\" \"$1\"",
                module.toString(), source.toString()).inheritIO().start();
        assertEquals(0, compiler.waitFor());
        return module;
    }
}
