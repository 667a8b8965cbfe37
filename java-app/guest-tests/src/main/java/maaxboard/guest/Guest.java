// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionSpec;

/** A guest in QEMU, booted from an images folder by board/qemu/run.sh. Its files go when it is closed. */
public final class Guest implements AutoCloseable {
    /** Long enough for anything a guest does on a busy host; only failures take as long. */
    public static final Duration PATIENCE = Duration.ofMinutes(6);

    /** A shell asks the terminal where its cursor is, right behind the prompt; the kernel may speak behind the login. */
    private static final Pattern PROMPT = Pattern.compile("(login: |[#$] (?:\\x1b\\[6n)?$)");
    private static final long DATA_AT = 0x2000000;
    private static final long DATA_SIZE = 0x10000;
    private static final long CONTROL_SIZE = 0x1000;

    private final Path folder;
    private final Process qemu;
    private final Console console;
    private int commands;

    private Guest(Path folder, Process qemu, Console console) {
        this.folder = folder;
        this.qemu = qemu;
        this.console = console;
    }

    /**
     * Switches a guest on. Returns at once.
     *
     * @param log the file for what its console prints
     * @param options more options of QEMU's
     */
    public static Guest start(Path images, Path log, String... options) {
        return start(images, log, Map.of(), options);
    }

    /** @param environment variables of board/qemu/run.sh, such as MEMORY */
    public static Guest start(Path images, Path log, Map<String, String> environment, String... options) {
        return boot("board/qemu/run.sh", environment, images, log, options);
    }

    /**
     * Switches a guest on as {@code make run} does, with the cards that the environment's CARD names; what is said before
     * the guest speaks comes out of the console too.
     */
    public static Guest startWithCards(Path images, Path log, Map<String, String> environment) {
        return boot("board/qemu/console.sh", environment, images, log);
    }

    private static Guest boot(String script, Map<String, String> environment, Path images, Path log, String... options) {
        try {
            var folder = Files.createTempDirectory("guest");
            Files.createDirectories(log.toAbsolutePath().getParent());
            var command = new ArrayList<>(List.of(Project.top().resolve(script).toString(), images.toString(),
                    folder.toString()));
            command.addAll(List.of(options));
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            var qemu = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(qemu::destroy));
            return new Guest(folder, qemu, new Console(qemu.getInputStream(), qemu.getOutputStream(), log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Console console() {
        return console;
    }

    /** Waits for the shell on the console, logging in if asked to. */
    public void awaitShell() {
        if (console.await(PROMPT, PATIENCE).group(1).startsWith("login")) {
            console.type("root");
            console.await(PROMPT, PATIENCE);
        }
        run("stty cols 500");
    }

    /**
     * What a command printed, standard error included.
     *
     * @param status its exit status
     */
    public record Result(int status, String output) {}

    /** Runs a command in the guest's shell. One line, no single quotes at its end. */
    public Result run(String command) {
        int number = ++commands;
        // The line as typed is echoed: in it the marks do not look as they do when printed.
        console.type("echo be''gin" + number + "; " + command + "; echo en''d" + number + "=$?");
        console.await(Pattern.compile("begin" + number + "\\r?\\n"), PATIENCE);
        var match = console.await(Pattern.compile("(?s)(.*?)end" + number + "=(\\d+)\\r?\\n"), PATIENCE);
        return new Result(Integer.parseInt(match.group(2)), match.group(1).replace("\r", ""));
    }

    /** The socket of the virtual USB port (0 and 1; more where QEMU was given them) where a token plugs in. */
    public Path port(int number) {
        return folder.resolve("token" + number + ".sock");
    }

    /** A file name of this guest's own, gone when it is closed. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    /** The entropy region, on the consumer's side, as it lies in the guest's memory. */
    public RegionSpec regionSpec() {
        var ram = folder.resolve("ram").toString();
        return new RegionSpec.Files(new RegionSpec.Part(ram, DATA_AT, DATA_SIZE),
                new RegionSpec.Part(ram, DATA_AT + DATA_SIZE, CONTROL_SIZE));
    }

    /** Opens the region for the consumer; the caller closes it. */
    public Region openRegion() {
        // QEMU makes the file first and gives it its size a moment later.
        await("the guest's memory file", () -> folder.resolve("ram").toFile().length() >= DATA_AT + DATA_SIZE + CONTROL_SIZE);
        try {
            return Region.open(regionSpec(), Region.Role.CONSUMER);
        } catch (RegionException e) {
            throw new GuestException("region: " + e.getMessage());
        }
    }

    /**
     * Waits until something is so.
     *
     * @throws GuestException if the guest ends before, or patience does
     */
    public void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (!qemu.isAlive()) {
                throw new GuestException("the guest ended while waiting for " + what + "; its console:\n" + console.all());
            }
            if (System.nanoTime() > end) {
                throw new GuestException("waited " + PATIENCE.toSeconds() + " s for " + what);
            }
            pause(Duration.ofMillis(20));
        }
    }

    /** Lets time pass. */
    public static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestException("interrupted");
        }
    }

    /** Switches the guest off at the plug. */
    @Override
    public void close() {
        // QEMU may be a child of the process that was started; as it ends it removes its sockets.
        var children = qemu.descendants().toList();
        qemu.destroy();
        try {
            if (!qemu.waitFor(10, TimeUnit.SECONDS)) {
                qemu.destroyForcibly().waitFor();
            }
            for (var child : children) {
                child.onExit().completeOnTimeout(child, 10, TimeUnit.SECONDS).join();
                child.destroyForcibly();
            }
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
