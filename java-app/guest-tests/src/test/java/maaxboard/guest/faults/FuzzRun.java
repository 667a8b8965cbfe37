// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import maaxboard.entropy.health.Answer;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.TokenInfo;
import maaxboard.entropy.source.Loss;
import maaxboard.entropy.source.ModuleSource;
import maaxboard.entropy.source.Selection;
import maaxboard.entropy.source.Sink;
import maaxboard.virtualtoken.VirtualToken;
import maaxboard.virtualtoken.transport.VpcdTransport;

/**
 * Mutated answers against the service's source: the card answers GET CHALLENGE with other lengths and status words, the
 * source runs with a clock that jumps over every wait. A process of its own, because the way to pcscd stands in the
 * environment: {@code FuzzRun MODULE PORT ANSWERS SEED}.
 */
final class FuzzRun implements Sink {
    private static final int UNIT = 512;
    private static final int BLOCK = 256;
    /** One answer in this many is mutated: enough good ones stay between for units to be made. */
    private static final int ONE_IN = 25;

    /** What the card sent with a good status, as much of it as was asked for; as asked: all of it, with 9000. */
    private record Sent(byte[] bytes, boolean asAsked) {}

    private final ConcurrentLinkedQueue<Sent> queue = new ConcurrentLinkedQueue<>();
    private final List<Sent> sent = new ArrayList<>();
    private int next;
    private long good;
    private long mended;
    private long losses;
    private long refused;
    private final List<String> wrong = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        System.exit(new FuzzRun().run(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]), Long.parseLong(arguments[3])));
    }

    private int run(Path module, int port, long answers, long seed) throws Exception {
        var skipped = new AtomicLong();
        try (var token = VirtualToken.on(new VpcdTransport(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .seed(seed)
                .fault("mutate " + 1.0 / ONE_IN)
                .onChallenge((asked, data, statusWord) -> queue.add(new Sent(Arrays.copyOf(data, Math.min(asked, data.length)),
                        data.length == asked && statusWord == 0x9000)))
                .start()) {
            var source = new ModuleSource(
                    module, null, Selection.ANY, null, BLOCK, this, () -> System.nanoTime() + skipped.get());
            long lastProgress = System.nanoTime();
            long commands = 0;
            while (token.status().commands() < answers && wrong.isEmpty()) {
                long wait = source.step();
                if (wait > 0) {
                    skipped.addAndGet(wait);
                }
                if (token.status().commands() != commands) {
                    commands = token.status().commands();
                    lastProgress = System.nanoTime();
                } else if (System.nanoTime() - lastProgress > 60_000_000_000L) {
                    wrong.add("no command reached the card for 60 s");
                }
            }
            source.close();
            System.out.printf("fuzz: %d commands, seed %d: %d bytes let on, %d more of answers whose wrong length OpenSC "
                    + "mends, %d sessions lost, %d answers refused%n",
                    token.status().commands(), seed, good, mended, losses, refused);
        }
        wrong.stream().limit(5).forEach(System.out::println);
        return wrong.isEmpty() && good > 0 ? 0 : 1;
    }

    @Override
    public int wanted(TokenId token) {
        return UNIT;
    }

    /**
     * Every block must be made of answers that were sent one after the other with a good status, all later than those of
     * the block before. OpenSC cuts an answer that is too long, asks again for what a short one lacks, and takes one with
     * status 61xx when what it says is waiting has been asked for; nobody behind it can tell, so these are counted apart.
     */
    @Override
    public void unit(TokenId token, byte[] unit, List<Answer> answers) {
        for (Sent answer = queue.poll(); answer != null; answer = queue.poll()) {
            sent.add(answer);
        }
        for (int block = 0; block < unit.length; block += BLOCK) {
            int end = -1;
            for (int first = next; first < sent.size() && end < 0; first++) {
                end = endOfBlock(unit, block, first);
            }
            if (end < 0) {
                wrong.add("a block that the card did not send");
                return;
            }
            next = end;
        }
        sent.subList(0, next).clear();
        next = 0;
    }

    /** The answer after the last of a block that begins with the answer {@code first}, or -1 if it does not. */
    private int endOfBlock(byte[] unit, int from, int first) {
        int at = from;
        int answer = first;
        long fine = 0;
        while (at < from + BLOCK) {
            if (answer == sent.size()) {
                return -1;
            }
            byte[] bytes = sent.get(answer).bytes();
            if (bytes.length == 0 || at + bytes.length > from + BLOCK
                    || !Arrays.equals(unit, at, at + bytes.length, bytes, 0, bytes.length)) {
                return -1;
            }
            fine += sent.get(answer).asAsked() ? bytes.length : 0;
            at += bytes.length;
            answer++;
        }
        good += fine;
        mended += BLOCK - fine;
        return answer;
    }

    @Override
    public void implausible(TokenId token) {
        refused++;
    }

    @Override
    public void opened(TokenId token, long slot, TokenInfo info) {}

    @Override
    public void lost(TokenId token, Loss loss, String what) {
        losses++;
    }

    @Override
    public void retrying(TokenId token, String what) {
        refused++;
    }

    @Override
    public void moduleTrouble(Loss loss, String what) {}

    @Override
    public void moduleWorks() {}
}
