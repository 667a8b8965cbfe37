// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A process that calls C_GenerateRandom in a loop and tells how long it took: loop.c or {@link WrapperLoop}. */
final class Loop implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer questions;

    private Loop(List<String> command, Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        process = builder.start();
        answers = process.inputReader();
        questions = process.outputWriter();
        if (!"ready".equals(answers.readLine())) {
            throw new IOException("does not start: " + String.join(" ", command));
        }
    }

    /** loop.c, compiled into the folder; with several slots it calls them in turn. */
    static Loop inC(Path folder, Path module, List<Long> slots, Map<String, String> environment) throws IOException {
        var program = folder.resolve("loop");
        if (!Files.exists(program)) {
            try (InputStream source = Loop.class.getResourceAsStream("loop.c")) {
                Files.copy(source, folder.resolve("loop.c"));
            }
            Programs.run(Map.of(), "gcc", "-O2", "-std=gnu11", "-o", program.toString(), folder.resolve("loop.c").toString(),
                    "-ldl");
        }
        var command = new ArrayList<>(List.of(program.toString(), module.toString()));
        slots.forEach(slot -> command.add(Long.toString(slot)));
        return new Loop(command, environment);
    }

    /** The wrapper in a JVM with these options. */
    static Loop ofWrapper(Path module, long slot, Map<String, String> environment, String... options) throws IOException {
        var command = new ArrayList<>(List.of(Programs.java(), "-XX:+UseSerialGC", "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WrapperLoop.class.getName(), module.toString(),
                Long.toString(slot)));
        return new Loop(command, environment);
    }

    /** Nanoseconds of one call, over so many. */
    double nanos(int calls, int bytes) throws IOException {
        questions.write(calls + " " + bytes + "\n");
        questions.flush();
        var answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the loop ended");
        }
        return Double.parseDouble(answer) / calls;
    }

    /** One of ours and one of theirs, in turn, so often. */
    static Row pairs(String what, Loop ours, String against, Loop other, int calls, int bytes, int pairs, double target)
            throws IOException {
        var a = new double[pairs];
        var b = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            b[i] = other.nanos(calls, bytes);
            a[i] = ours.nanos(calls, bytes);
        }
        return new Row(what, "ns a call", a, against, b, target);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
