// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import maaxboard.guest.Project;

/** {@code make bench}: measures the subjects named, or all, and writes docs/performance.md from all results. */
public final class Bench {
    private static final List<Subject> SUBJECTS = List.of(new WrapperSubject(200), new OneShotSubject(), new GrowthSubject(),
            new RingSubject(), new AssessSubject(), new BootSubject(), new SlotSubject(), new MemorySubject(), new GuestSubject(false),
            new GuestSubject(true), new SizesSubject(), new FaultsSubject());
    private static final String NOTES = "## What was tried";

    private Bench() {
    }

    public static void main(String[] names) throws Exception {
        var results = Project.top().resolve("java-app/bench/results");
        for (var name : names) {
            if (SUBJECTS.stream().noneMatch(subject -> subject.name().equals(name))) {
                System.err.println("bench: no subject " + name + "; there are "
                        + String.join(", ", SUBJECTS.stream().map(Subject::name).toList()));
                System.exit(64);
            }
        }
        for (var subject : SUBJECTS) {
            if (names.length == 0 || List.of(names).contains(subject.name())) {
                measure(subject).write(results.resolve(subject.name() + ".json"));
            }
        }
        var all = new ArrayList<Result>();
        for (var subject : SUBJECTS) {
            var file = results.resolve(subject.name() + ".json");
            if (Files.exists(file)) {
                all.add(Result.read(file));
            }
        }
        Report.write(Project.top().resolve("docs"), all, notes(Project.top().resolve("docs/performance.md")));
        System.exit(0);
    }

    private static String notes(Path report) throws IOException {
        var text = Files.exists(report) ? Files.readString(report) : "";
        int at = text.indexOf(NOTES);
        return at < 0 ? "" : text.substring(at);
    }

    private static Result measure(Subject subject) throws Exception {
        System.out.println(subject.name() + ": " + subject.about());
        var folder = Files.createTempDirectory("bench");
        var before = load();
        List<Row> rows;
        try {
            rows = subject.measure(folder);
        } finally {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
        for (var row : rows) {
            System.out.printf(Locale.ROOT, "  %-50s %12.1f %s%s%n", row.what(), Row.median(row.ours()), row.unit(), row.paired()
                    ? String.format(Locale.ROOT, ", %s %.1f, ratio %.3f", row.against(), Row.median(row.other()), row.ratio())
                    : "");
        }
        return new Result(subject.name(), subject.about(), machine(), Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
                before + " before, " + load() + " after", rows);
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static String machine() throws IOException {
        var model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2)).findFirst().orElse(System.getProperty("os.arch"));
        return model + ", " + Runtime.getRuntime().availableProcessors() + " cores, Linux "
                + System.getProperty("os.version").split("-")[0] + ", JDK " + Runtime.version();
    }
}
