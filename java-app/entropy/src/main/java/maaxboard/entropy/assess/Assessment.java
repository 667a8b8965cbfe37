// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * All estimates of one set of samples, SP 800-90B section 3.1.3.
 *
 * @param samples   how many symbols
 * @param bits      width of a symbol
 * @param distinct  different symbols
 * @param estimates in the order of the standard, literal before bit string; an estimator that found nothing to count is
 *                  left out, and all are if there is but one symbol
 */
public record Assessment(int samples, int bits, int distinct, List<Estimate> estimates) {
    public Assessment {
        estimates = List.copyOf(estimates);
    }

    /** Told after each estimator; from one thread at a time. */
    @FunctionalInterface
    public interface Progress {
        void done(int steps, int of);
    }

    /** Runs every estimator on the processors there are. */
    public static Assessment of(Samples samples) throws InterruptedException {
        return of(samples, (steps, of) -> { });
    }

    /**
     * Runs every estimator on the processors there are.
     *
     * @throws InterruptedException if the calling thread is interrupted; the estimators then end in the background
     */
    public static Assessment of(Samples samples, Progress progress) throws InterruptedException {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
        var pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("assess-", 0).factory());
        try {
            return of(samples, progress, pool);
        } finally {
            pool.shutdownNow();
        }
    }

    private static Assessment of(Samples samples, Progress progress, ExecutorService pool) throws InterruptedException {
        var estimates = new ArrayList<Estimate>();
        if (samples.distinct() > 1) {
            var tasks = tasks(samples);
            var completion = new ExecutorCompletionService<List<Estimate>>(pool);
            tasks.forEach(completion::submit);
            for (int steps = 1; steps <= tasks.size(); steps++) {
                estimates.addAll(result(completion.take()));
                progress.done(steps, tasks.size());
            }
        }
        estimates.sort(Comparator.comparing(Estimate::estimator).thenComparing(Estimate::view));
        return new Assessment(samples.size(), samples.bits(), samples.distinct(), estimates);
    }

    private static List<Estimate> result(Future<List<Estimate>> task) throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException("an estimator failed", failed.getCause());
        }
    }

    /** The longest first, so that no processor is left with one at the end. */
    private static List<Callable<List<Estimate>>> tasks(Samples samples) {
        byte[] literal = samples.ranked();
        int alphabet = samples.distinct();
        var tasks = new ArrayList<Callable<List<Estimate>>>();
        if (alphabet > 2) {
            byte[] bitstring = samples.bitstring();
            tasks.addAll(bySymbols(bitstring, 2, Estimate.View.BITSTRING));
            tasks.addAll(byBits(bitstring, Estimate.View.BITSTRING));
        }
        tasks.addAll(bySymbols(literal, alphabet, Estimate.View.LITERAL));
        if (alphabet == 2) {
            tasks.addAll(byBits(literal, Estimate.View.LITERAL));
        }
        return tasks;
    }

    private static List<Callable<List<Estimate>>> bySymbols(byte[] symbols, int alphabet, Estimate.View view) {
        return List.of(
                () -> {
                    var tuples = new Tuples(symbols, alphabet);
                    var both = new ArrayList<Estimate>();
                    tuples.tTuple().ifPresent(h -> both.addAll(one(Estimator.T_TUPLE, view, h)));
                    tuples.longestRepeated().ifPresent(h -> both.addAll(one(Estimator.LRS, view, h)));
                    return both;
                },
                () -> one(Estimator.MULTI_MMC, view, MultiMmc.estimate(symbols, alphabet)),
                () -> one(Estimator.LZ78Y, view, Lz78y.estimate(symbols, alphabet)),
                () -> one(Estimator.LAG, view, Lag.estimate(symbols, alphabet)),
                () -> one(Estimator.MULTI_MCW, view, MultiMcw.estimate(symbols, alphabet)),
                () -> one(Estimator.MOST_COMMON_VALUE, view, Frequencies.mostCommonValue(symbols)));
    }

    private static List<Callable<List<Estimate>>> byBits(byte[] bits, Estimate.View view) {
        return List.of(
                () -> one(Estimator.COLLISION, view, Frequencies.collision(bits)),
                () -> one(Estimator.MARKOV, view, Frequencies.markov(bits)),
                () -> one(Estimator.COMPRESSION, view, Frequencies.compression(bits)));
    }

    private static List<Estimate> one(Estimator estimator, Estimate.View view, double minEntropy) {
        return List.of(new Estimate(estimator, view, minEntropy));
    }

    /** One estimator's result, if it has one for this view. */
    public Optional<Estimate> estimate(Estimator estimator, Estimate.View view) {
        return estimates.stream().filter(e -> e.estimator() == estimator && e.view() == view).findFirst();
    }

    /** H_original: the least of the literal estimates, bits a symbol. */
    public double original() {
        return distinct == 1 ? 0 : least(Estimate.View.LITERAL).orElse(bits);
    }

    /** H_bitstring: the least of the bit string's estimates, bits a bit; empty where the symbols take but two values. */
    public OptionalDouble bitstring() {
        return least(Estimate.View.BITSTRING);
    }

    /** The assessed min-entropy, bits a symbol: min(H_original, bits x H_bitstring). */
    public double minEntropy() {
        double original = Math.min(bits, original());
        return Math.min(original, bits * bitstring().orElse(1));
    }

    private OptionalDouble least(Estimate.View view) {
        return estimates.stream().filter(e -> e.view() == view).mapToDouble(Estimate::minEntropy).min();
    }
}
