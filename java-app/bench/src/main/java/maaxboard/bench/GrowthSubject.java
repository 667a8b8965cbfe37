// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import maaxboard.guest.Consumer;
import maaxboard.guest.Guest;
import maaxboard.guest.Project;
import maaxboard.guest.Token;

/** Several tokens: on this host one process for all against one for each; in a guest the service with all against one of them. */
final class GrowthSubject implements Subject {
    private static final int PAIRS = 10;
    private static final int CALLS = 20;
    private static final int BYTES = 256;
    /** Debian 12's vpcd stands still when more than two of its readers have tokens. */
    private static final int[] ON_HOST = {1, 2};
    private static final int[] IN_GUEST = {1, 2, 4, 8};
    private static final int GUEST_PAIRS = 3;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public String about() {
        return "On this host virtual tokens on one pcscd, 256 bytes a call: one process that serves all tokens in turn, as the daemon does, "
                + "against a process for each token, all at once. OpenSC holds one lock in every call of a process. In a guest ("
                + GuestSubject.images() + ") the service with so many USB tokens, all of which it publishes, against the same with all but one "
                + "unplugged.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        var rows = new ArrayList<Row>();
        for (int count : ON_HOST) {
            var own = Files.createDirectory(folder.resolve("t" + count));
            var loops = new ArrayList<Loop>();
            try (var tokens = Tokens.ofVpcd(own, count); var threads = Executors.newFixedThreadPool(count)) {
                var slots = tokens.slots();
                try (var together = Loop.inC(own, tokens.module(), slots, tokens.environment())) {
                    for (var slot : slots) {
                        loops.add(Loop.inC(own, tokens.module(), List.of(slot), tokens.environment()));
                    }
                    var ours = new double[PAIRS];
                    var other = new double[PAIRS];
                    for (int i = 0; i < PAIRS; i++) {
                        ours[i] = together.nanos(CALLS * count, BYTES);
                        long since = System.nanoTime();
                        var jobs = new ArrayList<Callable<Double>>();
                        loops.forEach(loop -> jobs.add(() -> loop.nanos(CALLS, BYTES)));
                        for (var job : threads.invokeAll(jobs)) {
                            job.get();
                        }
                        other[i] = (System.nanoTime() - since) / (double) (CALLS * count);
                    }
                    rows.add(new Row(count + (count == 1 ? " token" : " tokens"), "ns a call", ours, "a process each", other, 0));
                } finally {
                    loops.forEach(Loop::close);
                }
            }
        }
        for (int count : IN_GUEST) {
            inGuest(folder, count, rows);
        }
        return rows;
    }

    private static void inGuest(Path folder, int count, List<Row> rows) {
        var tokens = new ArrayList<Token>();
        var what = "guest, " + count + (count == 1 ? " token" : " tokens");
        try (var guest = Guest.start(Project.images(), folder.resolve("console" + count), ports(count));
                var consumer = Consumer.attach(guest)) {
            guest.awaitShell();
            for (int i = 0; i < count; i++) {
                tokens.add(Token.plugInto(guest, i, String.format(Locale.ROOT, "%08x", 0x43211234 + i)));
            }
            var all = new double[GUEST_PAIRS];
            var one = new double[GUEST_PAIRS];
            for (int i = 0; i < GUEST_PAIRS; i++) {
                awaitSources(guest, consumer, count);
                all[i] = GuestSubject.serving(consumer);
                tokens.subList(1, count).forEach(token -> token.tell("unplug"));
                awaitSources(guest, consumer, 1);
                one[i] = GuestSubject.serving(consumer);
                tokens.subList(1, count).forEach(token -> token.tell("plug"));
            }
            rows.add(new Row(what + ", microseconds a byte", "us", all, "one of them", one, 0));
            rows.add(Row.alone(what + ", service's peak RSS", "MiB", 0,
                    GuestSubject.number(guest, "grep VmHWM /proc/" + GuestSubject.SERVICE + "/status") / 1024));
        } finally {
            tokens.forEach(Token::close);
        }
    }

    /** QEMU's options for the ports beyond the two that a guest has. */
    private static String[] ports(int count) {
        var options = new ArrayList<String>();
        for (int i = 2; i < count; i++) {
            options.addAll(List.of("-chardev", "socket,id=token" + i + ",path=token" + i + ".sock,server=on,wait=off", "-device",
                    "usb-redir,chardev=token" + i + ",bus=xhci.0,port=" + (i + 1)));
        }
        if (!options.isEmpty()) {
            options.addAll(List.of("-global", "qemu-xhci.p2=" + count));
        }
        return options.toArray(String[]::new);
    }

    /** Until the blocks of five seconds come from so many tokens. */
    private static void awaitSources(Guest guest, Consumer consumer, int count) {
        guest.await("blocks of " + count + " tokens", () -> {
            var sources = new HashSet<Integer>();
            consumer.takeFor(Duration.ofSeconds(5)).forEach(slot -> sources.add(slot.source()));
            return sources.size() == count;
        });
    }
}
