// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import maaxboard.entropy.region.State;
import maaxboard.guest.Consumer;
import maaxboard.guest.Guest;
import maaxboard.guest.GuestException;
import maaxboard.guest.Project;
import maaxboard.guest.Token;

/** The service's memory by kind, and guests with less and less RAM. */
final class MemorySubject implements Subject {
    private static final int[] SIZES = {256, 192, 160, 128};
    private static final String KINDS = """
            /^[0-9a-f]+-/ { kind = $6 == "" ? "anonymous" : $6; sub(/.*\\//, "", kind) }
            /^Rss/ { rss[kind] += $2 }
            /^Pss:/ { pss[kind] += $2 }
            END { for (kind in rss) if (rss[kind] > 500) print "kind", kind, rss[kind], pss[kind] }
            """;
    private static final Pattern KIND = Pattern.compile("kind (\\S+) (\\d+) (\\d+)");

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String about() {
        return "In guests (" + GuestSubject.images() + ") with one virtual token whose service has served for five seconds. Peak RSS is VmHWM: every"
                + " page the process ever had mapped at once, pages of files among them; PSS shares them out. The root is an"
                + " initramfs, so files' pages are in memory anyway: only what is no file's comes on top.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var root = folder.resolve("root");
        Files.createDirectories(root.resolve("opt/bench"));
        Files.writeString(root.resolve("opt/bench/kinds.awk"), KINDS);
        var images = Overlay.of(Project.images(), root);
        var rows = new ArrayList<Row>();
        for (int size : SIZES) {
            try (var guest = Guest.start(images, folder.resolve("console" + size), Map.of("MEMORY", Integer.toString(size)));
                    var token = Token.plugInto(guest, 0, "43211234");
                    var consumer = Consumer.attach(guest)) {
                consumer.awaitState(State.OK);
                consumer.takeFor(Duration.ofSeconds(5));
                token.tell("status");
                guest.awaitShell();
                if (size == SIZES[0]) {
                    kinds(guest, rows);
                }
                rows.add(Row.alone("guest of " + size + " MiB serves, MemAvailable", "MiB", 0,
                        GuestSubject.number(guest, "grep MemAvailable /proc/meminfo") / 1024));
            } catch (GuestException e) {
                rows.add(Row.alone("guest of " + size + " MiB does not serve", "", 0, 0));
            }
        }
        return rows;
    }

    private static void kinds(Guest guest, List<Row> rows) {
        rows.add(Row.alone("service, peak RSS", "MiB", GuestSubject.PEAK_RSS, GuestSubject.number(guest, "grep VmHWM /proc/" + GuestSubject.SERVICE + "/status") / 1024));
        rows.add(Row.alone("service, PSS", "MiB", 0, GuestSubject.number(guest, "grep ^Pss: /proc/" + GuestSubject.SERVICE + "/smaps_rollup") / 1024));
        rows.add(Row.alone("service, memory that is no file's", "MiB", 0,
                GuestSubject.number(guest, "grep ^Anonymous: /proc/" + GuestSubject.SERVICE + "/smaps_rollup") / 1024));
        rows.add(Row.alone("service, threads", "", 0, GuestSubject.number(guest, "grep Threads /proc/" + GuestSubject.SERVICE + "/status")));
        var output = guest.run("awk -f /opt/bench/kinds.awk /proc/" + GuestSubject.SERVICE + "/smaps").output();
        KIND.matcher(output).results().sorted((a, b) -> Integer.compare(Integer.parseInt(b.group(2)), Integer.parseInt(a.group(2))))
                .forEach(kind -> rows.add(Row.alone("of the RSS: " + kind.group(1), "MiB", 0,
                        Double.parseDouble(kind.group(2)) / 1024)));
    }
}
