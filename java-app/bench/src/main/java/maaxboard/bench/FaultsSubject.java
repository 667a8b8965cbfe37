// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import maaxboard.guest.P11KitServer;
import maaxboard.guest.Project;
import maaxboard.guest.faults.FaultCase;
import maaxboard.guest.faults.FaultPage;
import maaxboard.guest.faults.FaultTable;
import maaxboard.guest.faults.GuestRig;
import maaxboard.guest.faults.HostRig;
import maaxboard.guest.faults.Rig;

/** The fault table: how long until bytes flow again. Writes docs/faults.md too. */
final class FaultsSubject implements Subject {
    private static final int HOST_RUNS = 5;
    private static final int GUEST_RUNS = 3;

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public String about() {
        return "From a fault's cure to the first new byte in the region, on this host and in an emulated guest; the faults themselves "
                + "and what came of them stand in [faults.md](faults.md).";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var rows = new ArrayList<Row>();
        var failed = new ArrayList<String>();
        try (Rig rig = new HostRig(folder)) {
            run(rig, FaultCase.all(), HOST_RUNS, fault -> fault.kind() == FaultCase.Kind.RECOVERS, rows, failed);
        }
        var far = Files.createDirectory(folder.resolve("link"));
        try (var link = new P11KitServer(far, HostRig.pcscdIn(far)); Rig rig = HostRig.linked(far, link)) {
            run(rig, FaultCase.of(link), HOST_RUNS, fault -> true, rows, failed);
        }
        try (Rig rig = new GuestRig()) {
            run(rig, Stream.concat(FaultCase.all().stream(), FaultCase.ownClock().stream()).toList(), GUEST_RUNS,
                    fault -> fault.limit() > 0, rows, failed);
        }
        FaultPage.main(new String[0]);
        if (!failed.isEmpty()) {
            throw new IllegalStateException("not as expected: " + String.join("; ", failed));
        }
        return rows;
    }

    /** All cases once, some again until there are enough runs of them. */
    private static void run(Rig rig, List<FaultCase> cases, int runs, Predicate<FaultCase> again, List<Row> rows,
            List<String> failed) throws Exception {
        var table = new FaultTable(rig);
        Map<FaultCase, List<Double>> seconds = new LinkedHashMap<>();
        for (int i = 0; i < runs; i++) {
            for (var fault : cases) {
                if (i > 0 && !again.test(fault)) {
                    continue;
                }
                try {
                    seconds.computeIfAbsent(fault, unused -> new ArrayList<>()).add(table.run(fault).seconds());
                } catch (Exception | AssertionError e) {
                    failed.add(rig.name() + ", " + fault.name() + ": " + e.getMessage());
                }
            }
        }
        table.write(Project.top().resolve(FaultPage.table(rig.name())));
        seconds.forEach((fault, values) -> {
            if (fault.kind() == FaultCase.Kind.RECOVERS && !values.isEmpty()) {
                rows.add(Row.alone(rig.name() + ": " + fault.name(), "s", fault.limit(),
                        values.stream().mapToDouble(Double::doubleValue).toArray()));
            }
        });
    }
}
