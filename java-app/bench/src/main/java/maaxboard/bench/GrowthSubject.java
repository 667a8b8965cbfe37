// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** Several tokens: all served by one process in turn, against a process for each, all at once. */
final class GrowthSubject implements Subject {
    private static final int PAIRS = 10;
    private static final int CALLS = 20;
    private static final int BYTES = 256;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String about() {
        return "Virtual tokens on one pcscd, 256 bytes a call: one process that serves all tokens in turn, as the daemon does, against "
                + "a process for each token, all at once. OpenSC holds one lock in every call of a process.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var rows = new ArrayList<Row>();
        for (int count : new int[] {1, 2}) {
            var own = Files.createDirectory(folder.resolve("t" + count));
            var loops = new ArrayList<Loop>();
            try (var tokens = Tokens.ofVpcd(own, count); var threads = Executors.newFixedThreadPool(count)) {
                var slots = tokens.slots();
                try (var together = Loop.inC(own, tokens.module(), slots, tokens.environment())) {
                    for (var slot : slots) {
                        loops.add(Loop.inC(own, tokens.module(), List.of(slot), tokens.environment()));
                    }
                    var ours = new double[PAIRS];
                    var other = new double[PAIRS];
                    for (int i = 0; i < PAIRS; i++) {
                        ours[i] = together.nanos(CALLS * count, BYTES);
                        long since = System.nanoTime();
                        var jobs = new ArrayList<Callable<Double>>();
                        loops.forEach(loop -> jobs.add(() -> loop.nanos(CALLS, BYTES)));
                        for (var job : threads.invokeAll(jobs)) {
                            job.get();
                        }
                        other[i] = (System.nanoTime() - since) / (double) (CALLS * count);
                    }
                    rows.add(new Row(count + (count == 1 ? " token" : " tokens"), "ns a call", ours, "a process each", other, 0));
                } finally {
                    loops.forEach(Loop::close);
                }
            }
        }
        return rows;
    }
}
