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

    /** What one GET CHALLENGE asks for at most. */
    private static final int CHALLENGE = 32;

    /** What the card sent with a good status, 9000 or 61xx. */
    private record Sent(int asked, byte[] data, int statusWord) {
        boolean asAsked() {
            return data.length == asked && statusWord == 0x9000;
        }

        /**
         * How much of it OpenSC may take: what was asked for. A command that it repeats with another length, because the card
         * said so (6Cxx), it asks with a buffer for the whole challenge: then all of a longer answer.
         */
        int[] lengths() {
            int usual = Math.min(asked, data.length);
            int whole = Math.min(CHALLENGE, data.length);
            return usual == whole ? new int[] {usual} : new int[] {usual, whole};
        }

        @Override
        public String toString() {
            return "%d asked, %d sent, %04X".formatted(asked, data.length, statusWord);
        }
    }

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
                .onChallenge((asked, data, statusWord) -> queue.add(new Sent(asked, data, statusWord)))
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
            int first = next - 1;
            while (end < 0 && ++first < sent.size()) {
                end = endOfBlock(unit, block, block + BLOCK, first);
            }
            if (end < 0) {
                wrong.add("a block that the card did not send; it sent " + sent.subList(next, sent.size()));
                return;
            }
            long fine = sent.subList(first, end).stream().filter(Sent::asAsked).mapToInt(answer -> answer.data().length).sum();
            good += fine;
            mended += BLOCK - fine;
            next = end;
        }
        sent.subList(0, next).clear();
        next = 0;
    }

    /** The answer after the last of the bytes from {@code at} to {@code to}, if {@code answer} is their first; else -1. */
    private int endOfBlock(byte[] unit, int at, int to, int answer) {
        if (at == to) {
            return answer;
        }
        if (answer == sent.size()) {
            return -1;
        }
        Sent here = sent.get(answer);
        for (int length : here.lengths()) {
            if (length > 0 && at + length <= to && Arrays.equals(unit, at, at + length, here.data(), 0, length)) {
                int end = endOfBlock(unit, at + length, to, answer + 1);
                if (end >= 0) {
                    return end;
                }
            }
        }
        return -1;
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
