// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;
import maaxboard.entropy.region.State;
import maaxboard.guest.Consumer;
import maaxboard.guest.Guest;
import maaxboard.guest.Project;
import maaxboard.guest.Token;

/** From power-on to the first block, by what is seen on the console and in the region. */
final class BootSubject implements Subject {
    private static final int BOOTS = 9;
    private static final String INIT = "first process of the root";
    private static final String BLOCK = "first block in the region";
    /** What stands at the service's place in a boot of its own: the same token, the same module, no code of ours. */
    private static final String TOOL = """
            #!/bin/sh
            [ "$1" = start ] || exit 0
            (%s
            until pkcs11-tool --generate-random 1024 --output-file /tmp/r 2>/dev/null; do sleep 0.1; done
            echo "pkcs11-tool has its bytes" >/dev/console) &
            """;

    @Override
    public String name() {
        return "boot";
    }

    @Override
    public String about() {
        return "From power-on to the first block, by the host's clock, the token plugged in (" + GuestSubject.images()
                + "): when each stage is seen on the console or in the region, of " + BOOTS + " boots. QEMU's own start is the first.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var stages = new LinkedHashMap<String, double[]>();
        for (int boot = 0; boot < BOOTS; boot++) {
            long since = System.nanoTime();
            try (var guest = Guest.start(Project.images(), folder.resolve("console" + boot));
                    var token = Token.plugInto(guest, 0, "43211234")) {
                var seen = new LinkedHashMap<String, Double>();
                awaitLine(guest, "Linux version", "kernel's first line", seen, since);
                awaitLine(guest, "Run /init", INIT, seen, since);
                awaitLine(guest, "udevd", "udev starts", seen, since);
                awaitLine(guest, "Starting pcscd", "pcscd starts", seen, since);
                awaitLine(guest, "Starting maaxboard-entropy", "service starts", seen, since);
                try (var consumer = Consumer.attach(guest)) {
                    seen.put("producer in the region", seconds(since));
                    consumer.awaitState(State.OK);
                    seen.put("token found, start-up test passed", seconds(since));
                    consumer.take(1);
                    seen.put(BLOCK, seconds(since));
                }
                token.tell("status");
                for (var stage : seen.entrySet()) {
                    stages.computeIfAbsent(stage.getKey(), unused -> new double[BOOTS])[boot] = stage.getValue();
                }
            }
        }
        var rows = new ArrayList<Row>();
        stages.forEach((stage, seconds) -> rows.add(Row.alone(stage, "s", 0, seconds)));
        var fromInit = stages.get(BLOCK).clone();
        for (int boot = 0; boot < BOOTS; boot++) {
            fromInit[boot] -= stages.get(INIT)[boot];
        }
        rows.add(new Row("first process to first block", "s", fromInit, "to 1,024 bytes of pkcs11-tool in the service's place",
                withTool(folder.resolve("tool"), ":"), 0));
        rows.add(new Row("first process to first block", "s", fromInit, "to the same after a JVM that calls getpid once",
                withTool(folder.resolve("jvm"), EmptyJvm.command(OneNativeCall.class)), 0));
        rows.add(Row.alone("first process to first block", "s", 1.5, fromInit));
        return rows;
    }

    /** @param before what comes before the tool */
    private static double[] withTool(Path folder, String before) throws Exception {
        var root = folder.resolve("root");
        EmptyJvm.into(root, folder, OneNativeCall.class);
        var script = root.resolve("etc/init.d/S70maaxboard-entropy");
        Files.createDirectories(script.getParent());
        Files.writeString(script, TOOL.formatted(before));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var images = Overlay.of(Project.images(), root);
        var seconds = new double[BOOTS];
        for (int boot = 0; boot < BOOTS; boot++) {
            long since = System.nanoTime();
            try (var guest = Guest.start(images, folder.resolve("console" + boot));
                    var token = Token.plugInto(guest, 0, "43211234")) {
                var seen = new LinkedHashMap<String, Double>();
                awaitLine(guest, "Run /init", INIT, seen, since);
                awaitLine(guest, "pkcs11-tool has its bytes", BLOCK, seen, since);
                token.tell("status");
                seconds[boot] = seen.get(BLOCK) - seen.get(INIT);
            }
        }
        return seconds;
    }

    private static void awaitLine(Guest guest, String text, String stage, LinkedHashMap<String, Double> seen, long since) {
        guest.console().await(Pattern.compile(Pattern.quote(text)), Guest.PATIENCE);
        seen.put(stage, seconds(since));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
