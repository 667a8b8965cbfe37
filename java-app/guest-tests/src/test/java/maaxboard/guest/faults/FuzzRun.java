// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import maaxboard.entropy.health.Answer;
import maaxboard.entropy.pkcs11.Pkcs11Module;
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
 * environment: {@code FuzzRun MODULE PORT COMMANDS SEED}.
 */
final class FuzzRun implements Sink {
    /** One answer in this many is mutated: enough good ones stay between for units to be made. */
    private static final int ONE_IN = 25;
    /** From this version on OpenSC looks at both bytes of a status word. */
    private static final int LOOKS_AT_BOTH = 26;
    private static final long HANGS_AFTER_NANOS = 60_000_000_000L;

    private ExpectedUnits expected;
    private long units;
    private long bytes;
    private long mended;
    private long losses;
    private long refused;
    private final List<String> wrong = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        System.exit(new FuzzRun().run(
                Path.of(arguments[0]), Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]), Long.parseLong(arguments[3])));
    }

    private int run(Path module, int port, long enough, long seed) throws Exception {
        var skipped = new AtomicLong();
        expected = new ExpectedUnits(takesEverySuccess(module));
        try (var token = VirtualToken.on(new VpcdTransport(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .seed(seed)
                .fault("mutate " + 1.0 / ONE_IN)
                .onExchange(expected::exchanged)
                .start()) {
            var source = new ModuleSource(
                    module, null, Selection.ANY, null, ExpectedUnits.BLOCK, ExpectedUnits.UNIT, this, () -> System.nanoTime() + skipped.get());
            long lastProgress = System.nanoTime();
            long commands = 0;
            while (token.status().commands() < enough && wrong.isEmpty()) {
                long wait = source.step();
                if (wait > 0) {
                    skipped.addAndGet(wait);
                }
                if (token.status().commands() != commands) {
                    commands = token.status().commands();
                    lastProgress = System.nanoTime();
                } else if (System.nanoTime() - lastProgress > HANGS_AFTER_NANOS) {
                    wrong.add("no command reached the card for 60 s");
                }
            }
            source.close();
            System.out.printf("fuzz: %d commands, seed %d: %d units let on, as computed from what the card sent; %d of their "
                    + "%d bytes from answers of another length or status, which OpenSC takes; %d sessions lost, %d units refused%n",
                    token.status().commands(), seed, units, mended, bytes, losses, refused);
        }
        wrong.stream().limit(5).forEach(System.out::println);
        return wrong.isEmpty() && units > 0 ? 0 : 1;
    }

    private static boolean takesEverySuccess(Path path) throws Exception {
        var module = Pkcs11Module.load(path);
        module.initialize(null);
        try {
            var version = module.info().library();
            return version.major() == 0 && version.minor() < LOOKS_AT_BOTH;
        } finally {
            module.terminate();
        }
    }

    @Override
    public int wanted(TokenId token) {
        return 1;
    }

    @Override
    public void read(TokenId token, byte[] unit, List<Answer> answers) {
        var next = expected.next();
        if (next == null || !Arrays.equals(unit, next.bytes()) || expected.next() != null) {
            wrong.add("unit " + units + " is not the one that the card's answers make");
            return;
        }
        units++;
        bytes += unit.length;
        mended += unit.length - next.asAsked();
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
