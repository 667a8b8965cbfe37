// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import maaxboard.entropy.assess.Samples;

/**
 * The test of a token that has raised the alarm: SP 800-90B's estimators over many samples. The samples are collected by
 * the module's thread; the estimators run in a process of their own, because they need more memory, for a minute, than
 * the service has for all its life. How many samples there are depends on the time and on the memory that is free.
 */
final class LongTest {
    /** With fewer samples the estimators' confidence bounds alone bring a good token below a claim of 6 bits. */
    static final int LEAST_SAMPLES = 50_000;
    static final int MOST_SAMPLES = 1_000_000;

    /** What the estimators' process takes beside its heap. */
    private static final long PROCESS_BYTES = 24 << 20;

    /** Where the test stands. */
    enum Outcome { RUNNING, PASSED, FAILED }

    private final double claimed;
    private final long collectUntil;
    private final long deadline;
    private final byte[] samples;
    private final Log log;
    private final String name;
    private int count;
    private boolean started;
    private volatile Outcome outcome = Outcome.RUNNING;

    /**
     * @param claimed bits a byte that the token must be assessed at
     * @param seconds time allowed, collecting included
     */
    LongTest(String name, double claimed, int seconds, long now, Log log) {
        this(name, claimed, seconds, now, log, samplesFor(availableMemory()));
    }

    LongTest(String name, double claimed, int seconds, long now, Log log, int sampleCount) {
        this.name = name;
        this.claimed = claimed;
        this.log = log;
        deadline = now + TimeUnit.SECONDS.toNanos(seconds);
        collectUntil = now + TimeUnit.SECONDS.toNanos(seconds) / 2;
        samples = new byte[sampleCount];
        if (samples.length < LEAST_SAMPLES) {
            finish(Outcome.FAILED, "too little free memory for the long test");
        }
    }

    /** How many samples the estimators can take in that much memory. */
    static int samplesFor(long bytes) {
        return Math.min(Samples.fitting(bytes - PROCESS_BYTES), MOST_SAMPLES);
    }

    private static long availableMemory() {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024 * 2 / 3;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // as if there were none
        }
        return 0;
    }

    /** Whether more samples are wanted now. */
    boolean collects(long now) {
        if (outcome != Outcome.RUNNING || started) {
            return false;
        }
        if (now - collectUntil > 0) {
            assess();
            return false;
        }
        return true;
    }

    /** Takes a unit's bytes; starts the estimators when there are enough. */
    void add(byte[] unit) {
        int length = Math.min(unit.length, samples.length - count);
        System.arraycopy(unit, 0, samples, count, length);
        count += length;
        if (count == samples.length) {
            assess();
        }
    }

    Outcome outcome() {
        return outcome;
    }

    private void assess() {
        if (started) {
            return;
        }
        started = true;
        if (count < LEAST_SAMPLES) {
            finish(Outcome.FAILED, "only " + count + " samples came in the time allowed");
            return;
        }
        Thread.ofPlatform().daemon().name("long test").start(() -> {
            try {
                double assessed = runProcess();
                finish(assessed >= claimed ? Outcome.PASSED : Outcome.FAILED,
                        "assessed at %.3f bits a byte over %d samples, claimed %.3f".formatted(assessed, count, claimed));
            } catch (IOException e) {
                finish(Outcome.FAILED, e.getMessage());
            } catch (InterruptedException e) {
                finish(Outcome.FAILED, "interrupted");
            }
        });
    }

    private double runProcess() throws IOException, InterruptedException {
        var process = new ProcessBuilder(command(Samples.heapFor(count) >> 10)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            try (var in = process.getOutputStream()) {
                in.write(samples, 0, count);
            }
            if (!process.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                throw new IOException("the estimators did not end in the time allowed");
            }
            var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return Double.parseDouble(answer);
        } catch (NumberFormatException e) {
            throw new IOException("the estimators ended with status " + process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    /** This program's own runtime, modules and classes. */
    private static List<String> command(long heapKilobytes) {
        var command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC",
                "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null",
                "-Xmx" + heapKilobytes + "k"));
        var modules = System.getProperty("jdk.module.path", "");
        if (!modules.isEmpty()) {
            command.addAll(List.of("-p", modules));
        }
        var classes = System.getProperty("java.class.path", "");
        if (!classes.isEmpty()) {
            command.addAll(List.of("-cp", classes));
        }
        var main = LongTestProcess.class;
        if (main.getModule().isNamed()) {
            command.addAll(List.of("-m", main.getModule().getName() + "/" + main.getName()));
        } else {
            command.add(main.getName());
        }
        return command;
    }

    private void finish(Outcome outcome, String what) {
        Arrays.fill(samples, (byte) 0);
        log.warning(name + ": long test " + (outcome == Outcome.PASSED ? "passed: " : "failed: ") + what);
        this.outcome = outcome;
    }
}
