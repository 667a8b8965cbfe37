// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import maaxboard.entropy.health.SelfTest;
import maaxboard.entropy.linux.Descriptor;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.linux.Signals;
import maaxboard.entropy.pkcs11.Trace;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.source.ModuleSource;

/**
 * The service: one thread for the region, one for each module, one for the control socket. Bytes go one way,
 * {@link ModuleSource} → {@link Feed} → {@link Outlet} → {@link RegionPump}.
 */
public final class Daemon {
    private static final long HUNG_AFTER = TimeUnit.SECONDS.toNanos(10);
    private static final int LOOK_SECONDS = 2;
    private static final int METRICS_SECONDS = 10;
    private static final int MODULE_STOP_MILLIS = 600;

    /** Reads the configuration again, for SIGHUP. */
    @FunctionalInterface
    public interface Reload {
        Configuration configuration() throws ConfigurationException;
    }

    private final Log log;
    private final Trace trace;
    private final long startedAt = System.currentTimeMillis();
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile Configuration configuration;
    private int readyDescriptor = -1;
    private TokenBook book;
    private Region region;
    private RegionPump pump;
    private Outlet outlet;
    private volatile List<Runner> runners = List.of();

    /** @param trace is told of every call into a module; null: none */
    public Daemon(Configuration configuration, Log log, Trace trace) {
        this.configuration = configuration;
        this.log = log;
        this.trace = trace;
    }

    /** That it serves is said on that descriptor, once: a line, then it is closed, as s6 and dinit expect it. */
    public void saysReadyOn(int descriptor) {
        readyDescriptor = descriptor;
    }

    /** Drives one module until told to stop. */
    private static final class Runner implements Runnable {
        private final ModuleSource source;
        private final Thread thread;
        private volatile boolean stopping;
        private boolean hangs;

        Runner(ModuleSource source) {
            this.source = source;
            thread = Thread.ofPlatform().daemon().name("module " + source.path().getFileName()).unstarted(this);
        }

        @Override
        public void run() {
            while (!stopping) {
                long nanos = source.step();
                if (nanos > 0 && !stopping) {
                    source.sleep(nanos);
                }
            }
            source.close();
        }

        void stop() {
            stopping = true;
            source.wake();
        }
    }

    /**
     * Runs until SIGTERM or SIGINT.
     *
     * @param reload for SIGHUP
     * @throws RegionException if the region cannot be used; nothing was written then
     * @throws IOException if the control socket cannot be made
     */
    public void run(Reload reload) throws RegionException, IOException {
        SelfProtection.forbidCoreDumps();
        selfTest();
        region = Region.open(configuration.region(), Region.Role.PRODUCER);
        try {
            var producer = RegionProducer.start(region, configuration.geometry(region.oneMap()), generation(),
                    System.nanoTime());
            book = new TokenBook(new Quarantine(runDirectory(), log));
            outlet = configuration.mixed() ? new MixedOutlet(book, configuration) : new EachOutlet();
            pump = new RegionPump(region, producer, book, outlet, region.newWaiter(), configuration.minTokens(),
                    this::wakeSources, log);
            if (readyDescriptor >= 0) {
                // A thread of its own: nothing stops the region's, not even a pipe that is full.
                pump.whenReady(() -> Thread.ofPlatform().daemon().name("ready").start(this::sayReady));
            }
            var pumpThread = Thread.ofPlatform().daemon().name("region").start(pump);
            ControlSocket control = null;
            try {
                control = ControlSocket.open(runDirectory(), this::answer);
                handleSignals(reload);
                startSources();
                log.info("started: region " + region.spec() + (region.oneMap()
                        ? ", one map: nothing but good will keeps the other side from writing here" : ""));
                waitForStop();
                log.info("stopping");
            } finally {
                long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MODULE_STOP_MILLIS);
                runners.forEach(Runner::stop);
                pump.stop();
                join(pumpThread, deadline);
                runners.forEach(runner -> join(runner.thread, deadline));
                if (control != null) {
                    control.close();
                }
            }
        } finally {
            region.close();
        }
    }

    private void sayReady() {
        try {
            Descriptor.writeAndClose(readyDescriptor, new byte[] {'\n'});
        } catch (LinuxException e) {
            log.warning("--ready-fd: " + e.getMessage());
        }
    }

    /** What stands between tokens and region answers as it did when it was tested, or nothing runs. */
    private void selfTest() {
        var failed = SelfTest.run(configuration.health().fips140(), configuration.mixed()).stream()
                .filter(result -> !result.passed()).map(SelfTest.Result::name).toList();
        if (!failed.isEmpty()) {
            throw new IllegalStateException("self-test failed: " + String.join(", ", failed));
        }
    }

    private static long generation() throws IOException {
        long value = 0;
        while (value == 0) {
            for (byte b : SelfProtection.kernelRandom(Long.BYTES)) {
                value = value << 8 | b & 0xff;
            }
        }
        return value;
    }

    private Path runDirectory() throws IOException {
        return Files.createDirectories(configuration.runDirectory());
    }

    private void handleSignals(Reload reload) {
        Signals.handle("TERM", stop::countDown);
        Signals.handle("INT", stop::countDown);
        Signals.handle("HUP", () -> reload(reload));
        Signals.handle("USR1", () -> {
            log.info("SIGUSR1: start-up tests of all tokens");
            pump.requestTests();
        });
    }

    private void startSources() {
        var started = new ArrayList<Runner>();
        for (var path : configuration.modules()) {
            var feed = new Feed(path.toString(), configuration, book, outlet, pump, log);
            var source = new ModuleSource(path, configuration.initArgs(), configuration.selection(),
                    configuration.pinSource(), configuration.blockBytes(), configuration.health().unitBytes(), feed,
                    System::nanoTime);
            source.trace(trace);
            var runner = new Runner(source);
            started.add(runner);
            runner.thread.start();
        }
        runners = List.copyOf(started);
    }

    private void wakeSources() {
        runners.forEach(runner -> runner.source.wake());
    }

    /** A wrong file changes nothing; {@link Configuration#framedBy} says what only a start can change. */
    private synchronized void reload(Reload reload) {
        try {
            var read = reload.configuration();
            var fresh = read.framedBy(configuration);
            if (!fresh.equals(read)) {
                log.warning("SIGHUP: region, slot-bytes, slot-count, run-directory, source, mix-context, log-to and the"
                        + " health tests' keys change at the next start only");
            }
            configuration = fresh;
            log.level(fresh.logLevel());
            pump.minTokens(fresh.minTokens());
            runners.forEach(Runner::stop);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            for (var runner : runners) {
                join(runner.thread, deadline);
                if (runner.thread.isAlive()) {
                    log.error("SIGHUP: " + runner.source.path() + " hangs in a call; its tokens stay out until it returns");
                }
            }
            book.all().forEach(pump::dropHeldBack);
            book.sourcesStopped();
            startSources();
            log.info("SIGHUP: configuration read");
        } catch (ConfigurationException e) {
            log.error("SIGHUP: " + e.getMessage() + "; nothing was changed");
        }
    }

    private static void join(Thread thread, long deadline) {
        try {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void waitForStop() {
        try {
            for (int second = LOOK_SECONDS; !stop.await(LOOK_SECONDS, TimeUnit.SECONDS); second += LOOK_SECONDS) {
                reportHungCalls();
                if (second % METRICS_SECONDS == 0 && configuration.metricsFile() != null) {
                    writeMetrics(configuration.metricsFile());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reportHungCalls() {
        for (var runner : runners) {
            var call = runner.source.currentCall();
            boolean hangs = call != null && System.nanoTime() - call.since() > HUNG_AFTER;
            if (hangs != runner.hangs) {
                runner.hangs = hangs;
                book.moduleHangs(runner.source.path().toString(), hangs);
                pump.wake();
                if (hangs) {
                    log.error("module " + runner.source.path() + ": " + call.text()
                            + " has not returned for 10 s; its tokens do not serve until it does");
                } else {
                    log.info("module " + runner.source.path() + ": the call has returned");
                }
            }
        }
    }

    private void writeMetrics(Path file) {
        var aside = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(aside, status().metrics());
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.warning("metrics-file " + file + ": " + e.getMessage());
        }
    }

    private Status status() {
        long at = System.currentTimeMillis();
        var hung = new ArrayList<String>();
        for (var runner : runners) {
            var call = runner.source.currentCall();
            if (call != null && System.nanoTime() - call.since() > HUNG_AFTER) {
                hung.add(runner.source.path() + ": " + call.text() + " for "
                        + (System.nanoTime() - call.since()) / 1_000_000_000 + " s");
            }
        }
        return new Status(startedAt, at, pump.condition(), region.spec().toString(), pump.full(),
                configuration.slotCount(), pump.published(), pump.headGood(), configuration.minTokens(),
                book.all().stream().map(entry -> Status.Token.of(entry, at)).toList(), hung);
    }

    /** The control socket's commands. */
    private String answer(String line) {
        var words = line.split(" ", 2);
        return switch (words[0]) {
            case "status" -> "ok\n" + status().text();
            case "status-json" -> "ok\n" + status().json();
            case "clear" -> clear(words.length == 2 ? words[1] : "");
            default -> "error\nunknown command; expected status, status-json or clear SERIAL\n";
        };
    }

    private String clear(String serial) {
        var entries = book.withSerial(serial);
        if (entries.isEmpty()) {
            return "error\nno token with serial '" + serial + "' has been seen\n";
        }
        entries.forEach(pump::dropHeldBack);
        entries.forEach(entry -> book.clear(entry, configuration));
        log.info("token " + serial + ": cleared by the user; it begins with a start-up test");
        pump.wake();
        wakeSources();
        return "ok\ntoken " + serial + " begins anew with a start-up test\n";
    }
}
