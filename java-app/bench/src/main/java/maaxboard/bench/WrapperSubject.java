// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The wrapper's session against a C loop, on the same token. */
final class WrapperSubject implements Subject {
    private static final String C1 = "-XX:TieredStopAtLevel=1";
    private final int pairs;

    WrapperSubject(int pairs) {
        this.pairs = pairs;
    }

    @Override
    public String name() {
        return "wrapper";
    }

    @Override
    public String about() {
        return "C_GenerateRandom through the wrapper's session in a warmed JVM, against a C loop on the same token. "
                + "\"C1\" is the compiler that the guest's JVM is held to; without it the JVM has both its compilers. The virtual "
                + "token, pcscd and who calls them share one processor, as in the guest: across two, what is measured is how the "
                + "host wakes a processor.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var rows = new ArrayList<Row>();
        try (var tokens = Tokens.ofSoftHsm(folder);
                var c = Loop.inC(folder, tokens.module(), tokens.slots(), tokens.environment());
                var both = Loop.ofWrapper(tokens.module(), tokens.slots().getFirst(), tokens.environment());
                var c1 = Loop.ofWrapper(tokens.module(), tokens.slots().getFirst(), tokens.environment(), C1)) {
            for (int bytes : new int[] {32, 256, 4096}) {
                for (int i = 0; i < 40; i++) {
                    both.nanos(2000, bytes);
                    c1.nanos(1000, bytes);
                }
                rows.add(Loop.pairs("SoftHSM2, " + bytes + " bytes", both, "C loop", c, 1000, bytes, pairs,
                        bytes == 256 ? 0.90 : 0));
                rows.add(Loop.pairs("SoftHSM2, " + bytes + " bytes, C1", c1, "C loop", c, 1000, bytes, pairs, 0));
            }
        }
        String processors = processors();
        onProcessors(processors.split("[-,]")[0]);
        try (var tokens = Tokens.ofVpcd(folder, 1)) {
            long slot = tokens.slots().getFirst();
            try (var c = Loop.inC(folder, tokens.module(), List.of(slot), tokens.environment());
                    var both = Loop.ofWrapper(tokens.module(), slot, tokens.environment());
                    var c1 = Loop.ofWrapper(tokens.module(), slot, tokens.environment(), C1)) {
                for (int bytes : new int[] {32, 256}) {
                    both.nanos(20_000, bytes);
                    c1.nanos(2000, bytes);
                    rows.add(Loop.pairs("virtual token, " + bytes + " bytes", both, "C loop", c, 200, bytes, pairs / 4,
                            bytes == 32 ? 0.98 : 0));
                    rows.add(Loop.pairs("virtual token, " + bytes + " bytes, C1", c1, "C loop", c, 200, bytes, pairs / 4, 0));
                }
            }
        } finally {
            onProcessors(processors);
        }
        return rows;
    }

    /** The processors that this process may use, as a list that taskset takes: "0-1". */
    private static String processors() throws IOException {
        return Files.readString(Path.of("/proc/self/status")).lines().filter(line -> line.startsWith("Cpus_allowed_list:"))
                .findFirst().orElseThrow().replaceFirst(".*:\\s*", "");
    }

    /** This process, and what it starts from now on: pcscd, the token and who calls it share one processor, as in the guest. */
    private static void onProcessors(String list) throws IOException {
        Programs.run(Map.of(), "taskset", "-acp", list, Long.toString(ProcessHandle.current().pid()));
    }
}
