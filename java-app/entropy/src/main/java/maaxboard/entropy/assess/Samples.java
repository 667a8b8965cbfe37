// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

import java.util.Arrays;

/** Symbols to assess, checked: 1 to 8 bits each, enough of them for every estimator. */
public final class Samples {
    /** Samples SP 800-90B section 3.1.1 asks for. Fewer can be assessed; the estimates then are lower. */
    public static final int RECOMMENDED = 1_000_000;

    /** The MultiMCW estimator's widest window and one. */
    static final int LEAST_SYMBOLS = 4096;
    /** The compression estimator's 1,000 blocks of its dictionary, one more, 6 bits each. */
    static final int LEAST_BITS = 6006;
    /** So many that the bit string is still an array. */
    static final int MOST_SYMBOLS = 1 << 27;

    private final byte[] raw;
    private final int bits;
    private final int[] counts = new int[256];
    private final int distinct;

    private Samples(byte[] raw, int bits) {
        this.raw = raw;
        this.bits = bits;
        for (byte symbol : raw) {
            counts[symbol & 0xff]++;
        }
        int present = 0;
        for (int count : counts) {
            present += count > 0 ? 1 : 0;
        }
        this.distinct = present;
    }

    /** Symbols of the least width that holds all of them. */
    public static Samples of(byte[] symbols) {
        return of(symbols, 0);
    }

    /**
     * @param symbols one symbol a byte, in its low bits; not copied, not changed
     * @param bits    width of a symbol, 1 to 8; 0 for the least width that holds all of them
     * @throws IllegalArgumentException for too few symbols or one that does not fit; the message is one line for the user
     */
    public static Samples of(byte[] symbols, int bits) {
        if (bits < 0 || bits > 8) {
            throw new IllegalArgumentException("a symbol has 1 to 8 bits, not " + bits);
        }
        if (symbols.length == 0) {
            throw new IllegalArgumentException("there are no samples: the input is empty");
        }
        if (symbols.length > MOST_SYMBOLS) {
            throw new IllegalArgumentException("too many samples: " + symbols.length + ", and at most " + MOST_SYMBOLS
                    + " can be assessed at once");
        }
        int all = 0;
        for (byte symbol : symbols) {
            all |= symbol & 0xff;
        }
        int width = Math.max(1, 32 - Integer.numberOfLeadingZeros(all));
        if (bits != 0 && width > bits) {
            int at = 0;
            while ((symbols[at] & 0xff) >> bits == 0) {
                at++;
            }
            throw new IllegalArgumentException("symbol 0x%02x at offset %d does not fit in %d bits"
                    .formatted(symbols[at], at, bits));
        }
        var samples = new Samples(symbols, bits == 0 ? width : bits);
        int least = samples.distinct > 2 ? Math.max(LEAST_SYMBOLS, -Math.floorDiv(-LEAST_BITS, samples.bits)) : LEAST_BITS;
        if (symbols.length < least) {
            throw new IllegalArgumentException("too few samples: " + symbols.length + ", and the estimators need at least "
                    + least + " of this width (" + RECOMMENDED + " are recommended)");
        }
        return samples;
    }

    /**
     * Heap in bytes that a program needs to assess so many symbols of 8 bits: no less than was measured for random, normally
     * distributed and repeating ones. The dictionaries of the predictors stop growing at 100,000 entries, so that many
     * symbols take less each than few.
     */
    public static long heapFor(int count) {
        return Math.min((14L << 20) + 460L * count, (30L << 20) + 240L * count);
    }

    /** The most symbols for which so many bytes of heap suffice. */
    public static int fitting(long heap) {
        return Math.clamp(Math.max((heap - (14L << 20)) / 460, (heap - (30L << 20)) / 240), 0, MOST_SYMBOLS);
    }

    /** How many symbols. */
    public int size() {
        return raw.length;
    }

    /** Width of a symbol, 1 to 8 bits. */
    public int bits() {
        return bits;
    }

    /** How many different symbols occur. */
    public int distinct() {
        return distinct;
    }

    /** How often each of the 256 byte values occurs. */
    public int[] histogram() {
        return counts.clone();
    }

    /** The symbols, numbered 0 to distinct - 1 in their order. */
    byte[] ranked() {
        byte[] rank = new byte[256];
        int next = 0;
        for (int symbol = 0; symbol < 256; symbol++) {
            if (counts[symbol] > 0) {
                rank[symbol] = (byte) next++;
            }
        }
        byte[] ranked = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) {
            ranked[i] = rank[raw[i] & 0xff];
        }
        return ranked;
    }

    /** The bit string, one bit a byte, most significant bit of each symbol first. */
    byte[] bitstring() {
        byte[] string = new byte[raw.length * bits];
        int at = 0;
        for (byte symbol : raw) {
            for (int bit = bits - 1; bit >= 0; bit--) {
                string[at++] = (byte) (symbol >> bit & 1);
            }
        }
        return string;
    }

    /** The first {@code count} symbols, or all of them. */
    public byte[] first(int count) {
        return Arrays.copyOf(raw, Math.min(count, raw.length));
    }
}
