// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import maaxboard.guest.Guest;
import maaxboard.guest.Project;

/** What a slot costs the producer in the guest, in memory that is mapped as a device's. */
final class SlotSubject implements Subject {
    private static final Pattern LINE = Pattern.compile("slot (\\d+) (\\d+)");
    private static final int ROUNDS = 40;

    @Override
    public String name() {
        return "slot";
    }

    @Override
    public String about() {
        return "In a guest (" + GuestSubject.images() + "), the region's device mapped uncached: one slot of 256 payload bytes in a warmed"
                + " JVM, with the service's options; checksum, copy, index, and zeroing after its release. The service is stopped.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var root = folder.resolve("root");
        Overlay.jar(root, "opt/bench.jar", SlotCost.class);
        try (var guest = Guest.start(Overlay.of(Project.images(), root), folder.resolve("console"))) {
            guest.awaitShell();
            guest.run("/etc/init.d/S70maaxboard-entropy stop");
            var output = guest.run(GuestSubject.JAVA + " -XX:CompileCommand=quiet -XX:CompileCommand=dontinline,maaxboard/entropy/linux/DeviceMemory.*"
                    + " --enable-native-access=maaxboard.entropy"
                    + " --add-modules maaxboard.entropy -cp /opt/bench.jar maaxboard.bench.SlotCost"
                    + " uio:entropy " + ROUNDS).output();
            var lines = LINE.matcher(output).results().toList();
            return List.of(
                    Row.alone("256 bytes published, and zeroed after release", "us", 20,
                            lines.stream().mapToDouble(line -> Double.parseDouble(line.group(1)) / 1000).toArray()),
                    Row.alone("256 bytes taken by the reference consumer", "us", 0,
                            lines.stream().mapToDouble(line -> Double.parseDouble(line.group(2)) / 1000).toArray()));
        }
    }
}
