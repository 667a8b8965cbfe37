// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import maaxboard.entropy.region.State;

/**
 * {@code make demo}: boots a guest with a virtual token in its USB and shows on the host's side of the shared region
 * what arrives. It prints one block of random bytes, which is why it runs with a virtual token only.
 */
public final class Demo {
    private static final String SERIAL = "43211234";
    private static final int BYTES = 128 * 1024;
    private static final Pattern NAME = Pattern.compile("\"label\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern NUMBER = Pattern.compile("\"serial[a-zA-Z]*\"\\s*:\\s*\"([^\"]*)\"");

    private Demo() {
    }

    public static void main(String[] args) {
        try {
            show();
        } catch (GuestException e) {
            System.err.println("demo: " + e.getMessage());
            System.exit(70);
        }
        System.exit(0);
    }

    private static void show() {
        var progress = Progress.ofThisProcess();
        var images = Project.images();
        progress.show(0, "Booting " + (images.startsWith(Project.top()) ? Project.top().relativize(images) : images));
        try (var guest = Guest.start(images, Project.top().resolve("build/log/demo.console"));
                var token = Token.plugInto(guest, 0, SERIAL);
                var consumer = Consumer.attach(guest)) {
            progress.show(0.3, "A producer is in the region; waiting for its start-up tests");
            consumer.awaitState(State.OK);
            progress.show(0.4, "Asking the guest for its token");
            guest.awaitShell();
            var slots = guest.run("entropy slots --json").output();
            var answers = new AnswerLog(token);
            // What filled the ring while the guest was asked tells nothing of the rate.
            var sample = consumer.take(1).getFirst().payload();
            mustFollow(answers, sample);
            int received = sample.length;
            for (var slot = consumer.next(); slot.isPresent(); slot = consumer.next()) {
                mustFollow(answers, slot.get().payload());
                received += slot.get().payload().length;
            }
            long began = System.nanoTime();
            int before = received;
            while (received < BYTES) {
                for (var slot : consumer.take(8)) {
                    mustFollow(answers, slot.payload());
                    received += slot.payload().length;
                }
                progress.show(0.5 + 0.5 * received / BYTES, received / 1024 + " KiB of " + BYTES / 1024 + " received");
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            var header = consumer.header();
            progress.end();
            System.out.printf(Locale.ROOT, """

                    Token     %s, serial number %s (virtual: a software token for demos, no source of entropy)
                    Region    state %s, %d slots of %d bytes, published by the guest %d bytes, discarded %d
                    Received  %d bytes on the host, each 32 of them found in the token's own list of answers
                    Rate      %.1f kB/s over the last %d bytes
                    Sample    one block of %d bytes, consumed and discarded:
                    %s
                    """, group(NAME, slots), group(NUMBER, slots), header.state(), header.slotCount(),
                    header.slotBytes(), header.published(), header.discarded(), received,
                    (received - before) / seconds / 1000, received - before, sample.length, hex(sample));
        }
    }

    private static void mustFollow(AnswerLog answers, byte[] block) {
        if (!answers.follows(block)) {
            throw new GuestException("a block arrived that the token did not answer");
        }
    }

    private static String group(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new GuestException("the guest sees no token; 'entropy slots --json' said: " + text);
        }
        return matcher.group(1);
    }

    private static String hex(byte[] bytes) {
        var text = new StringBuilder();
        for (int at = 0; at < bytes.length; at += 32) {
            text.append("          ").append(HexFormat.of().formatHex(bytes, at, Math.min(at + 32, bytes.length)))
                    .append(at + 32 < bytes.length ? "\n" : "");
        }
        return text.toString();
    }
}
