// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/** The estimators that count: most common value, collision, Markov and compression. The last three take bits. */
final class Frequencies {
    private static final int BLOCK_BITS = 6;
    private static final int BLOCKS = 1 << BLOCK_BITS;
    private static final int DICTIONARY = 1000;
    /** Corrects the standard deviation for the blocks' dependence, SP 800-90B section 6.3.4 step 5 for b = 6. */
    private static final double DEVIATION_FACTOR = 0.5907;

    private Frequencies() {
    }

    /** SP 800-90B section 6.3.1. */
    static double mostCommonValue(byte[] symbols) {
        int[] counts = new int[256];
        int most = 0;
        for (byte symbol : symbols) {
            most = Math.max(most, ++counts[symbol & 0xff]);
        }
        return Bounds.bits(Bounds.upper((double) most / symbols.length, symbols.length));
    }

    /**
     * SP 800-90B section 6.3.2. For bits a collision takes 2 or 3 of them, and the expected time is 2 + 2p(1-p): the
     * search of step 7 is a quadratic equation.
     */
    static double collision(byte[] bits) {
        long collisions = 0;
        double squares = 0;
        int i = 0;
        while (i < bits.length - 1) {
            int time = bits[i] == bits[i + 1] ? 2 : 3;
            if (i + time > bits.length) {
                break;
            }
            collisions++;
            squares += time * time;
            i += time;
        }
        double mean = i / (double) collisions;
        double deviation = Math.sqrt((squares - i * mean) / (collisions - 1));
        double bound = Math.max(2, mean - Bounds.Z * deviation / Math.sqrt(collisions));
        return bound < 2.5 ? Bounds.bits(0.5 + Math.sqrt(1.25 - 0.5 * bound)) : 1;
    }

    /** SP 800-90B section 6.3.3: the likeliest of all strings of 128 bits under a chain of first order. */
    static double markov(byte[] bits) {
        long[][] steps = new long[2][2];
        for (int i = 0; i < bits.length - 1; i++) {
            steps[bits[i]][bits[i + 1]]++;
        }
        long zeros = steps[0][0] + steps[0][1] + (bits[bits.length - 1] == 0 ? 1 : 0);
        double[] start = {Bounds.log2(zeros / (double) bits.length), Bounds.log2(1 - zeros / (double) bits.length)};
        double[][] step = new double[2][2];
        for (int from = 0; from < 2; from++) {
            double all = steps[from][0] + steps[from][1];
            for (int to = 0; to < 2; to++) {
                step[from][to] = all > 0 ? Bounds.log2(steps[from][to] / all) : Double.NEGATIVE_INFINITY;
            }
        }
        double likeliest = -128;
        for (int a = 0; a < 2; a++) {
            int b = 1 - a;
            likeliest = Math.max(likeliest, start[a] + 127 * step[a][a]);
            likeliest = Math.max(likeliest, start[a] + 64 * step[a][b] + 63 * step[b][a]);
            likeliest = Math.max(likeliest, start[a] + step[a][b] + 126 * step[b][b]);
        }
        return Math.min(1, Math.abs(likeliest) / 128);
    }

    /** SP 800-90B section 6.3.4: Maurer's universal statistic on blocks of 6 bits. */
    static double compression(byte[] bits) {
        int blocks = bits.length / BLOCK_BITS;
        int tested = blocks - DICTIONARY;
        int[] lastSeen = new int[BLOCKS];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < blocks; i++) {
            int block = 0;
            for (int j = 0; j < BLOCK_BITS; j++) {
                block = block << 1 | bits[BLOCK_BITS * i + j];
            }
            if (i >= DICTIONARY) {
                double distance = Bounds.log2(i + 1 - lastSeen[block]);
                sum += distance;
                squares += distance * distance;
            }
            lastSeen[block] = i + 1;
        }
        double mean = sum / tested;
        double deviation = DEVIATION_FACTOR * Math.sqrt(squares / (tested - 1.0) - mean * mean);
        double bound = mean - Bounds.Z * deviation / Math.sqrt(tested);
        double[] logs = new double[blocks + 1];
        for (int i = 1; i <= blocks; i++) {
            logs[i] = Bounds.log2(i);
        }
        double least = 1.0 / BLOCKS;
        if (expectedDistance(least, logs) <= bound) {
            return 1;
        }
        double p = Bounds.solveDecreasing(x -> expectedDistance(x, logs), bound, least, 1);
        return p > least ? Bounds.bits(p) / BLOCK_BITS : 1;
    }

    /** Expected statistic if one block has probability p and the others share the rest. */
    private static double expectedDistance(double p, double[] logs) {
        double others = (1 - p) / (BLOCKS - 1);
        return contribution(p, logs) + (BLOCKS - 1) * contribution(others, logs);
    }

    /** G(z) of step 7: one pass with a running inner sum, left when what is to come is lost in rounding. */
    private static double contribution(double z, double[] logs) {
        int blocks = logs.length - 1;
        double inner = 0;
        double total = 0;
        double power = 1;
        for (int t = 1; t <= blocks; t++) {
            double term = logs[t] * power;
            if (t > DICTIONARY) {
                total += z * (z * inner + term);
            }
            inner += term;
            power *= 1 - z;
            if (t > DICTIONARY && power * 100 * blocks < 1e-20 * inner) {
                total += (blocks - t) * z * z * inner;
                break;
            }
        }
        return total / (blocks - DICTIONARY);
    }
}
