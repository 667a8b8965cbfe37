// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.guest.Project;

/** One {@code entropy generate} against one {@code pkcs11-tool --generate-random}, on this host. */
final class OneShotSubject implements Subject {
    private static final int PAIRS = 15;

    @Override
    public String name() {
        return "oneshot";
    }

    @Override
    public String about() {
        return "On this host, 32 bytes into a file by a program of its own: `entropy generate` in the JDK that builds it, without the image's"
                + " archive of classes, against `pkcs11-tool --generate-random`, on the same token. Peak RSS is what GNU time says.";
    }

    /** What GNU time says of a program: seconds by the clock, of processor time, and MiB at most. */
    private record Cost(double wall, double processor, double memory) {
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var rows = new ArrayList<Row>();
        try (var tokens = Tokens.ofSoftHsm(folder)) {
            measure("SoftHSM2", tokens, folder, rows);
        }
        try (var tokens = Tokens.ofVpcd(folder, 1)) {
            measure("virtual token", tokens, folder, rows);
        }
        return rows;
    }

    private static void measure(String token, Tokens tokens, Path folder, List<Row> rows) throws IOException {
        var ours = new ArrayList<Cost>();
        var tool = new ArrayList<Cost>();
        var module = tokens.module().toString();
        var out = folder.resolve("out").toString();
        for (int i = 0; i < PAIRS; i++) {
            ours.add(cost(tokens, folder, Project.top().resolve("build/host/bin/entropy").toString(), "generate", "--module", module,
                    "--bytes", "32", "--output-file", out));
            tool.add(cost(tokens, folder, "pkcs11-tool", "--module", module, "--generate-random", "32", "--output-file", out));
        }
        rows.add(row(token + ", wall", "s", ours.stream().mapToDouble(Cost::wall).toArray(),
                tool.stream().mapToDouble(Cost::wall).toArray()));
        rows.add(row(token + ", processor", "s", ours.stream().mapToDouble(Cost::processor).toArray(),
                tool.stream().mapToDouble(Cost::processor).toArray()));
        rows.add(row(token + ", peak RSS", "MiB", ours.stream().mapToDouble(Cost::memory).toArray(),
                tool.stream().mapToDouble(Cost::memory).toArray()));
    }

    private static Row row(String what, String unit, double[] ours, double[] tool) {
        return new Row(what, unit, ours, "pkcs11-tool", tool, 0);
    }

    private static Cost cost(Tokens tokens, Path folder, String... command) throws IOException {
        var times = folder.resolve("times");
        var timed = new ArrayList<>(List.of("/usr/bin/time", "--format", "%e %U %S %M", "--output", times.toString()));
        timed.addAll(List.of(command));
        Programs.run(tokens.environment(), timed.toArray(String[]::new));
        var words = Files.readString(times).strip().split(" ");
        return new Cost(Double.parseDouble(words[0]), Double.parseDouble(words[1]) + Double.parseDouble(words[2]),
                Double.parseDouble(words[3]) / 1024);
    }
}
