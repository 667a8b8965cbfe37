// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Collects the units that tokens were allowed to publish until each token that serves has given enough for an output of
 * the {@link Mixer}. Every byte goes into one output only. Belongs to one thread.
 */
public final class MixingPool {
    private static final int MOST_WAITING = 1 << 16;

    private final Mixer mixer;
    private final int minTokens;
    private final SortedMap<String, Waiting> waiting = new TreeMap<>();

    /** @param minTokens with fewer serving nothing is emitted; at least 1 */
    public MixingPool(Mixer mixer, int minTokens) {
        if (minTokens < 1) {
            throw new IllegalArgumentException("at least one token must serve, not " + minTokens);
        }
        this.mixer = mixer;
        this.minTokens = minTokens;
    }

    /** A token begins to serve: from now on each output waits for it. */
    public void join(String serial, double minEntropy) {
        waiting.putIfAbsent(serial, new Waiting(Mixer.bytesFor(minEntropy)));
    }

    /** A token serves no longer: what waits of it is dropped, and no output waits for it. */
    public void leave(String serial) {
        Waiting gone = waiting.remove(serial);
        if (gone != null) {
            Arrays.fill(gone.bytes, (byte) 0);
        }
    }

    /** Takes a unit of a token that has joined. Of one that is far ahead of the others the unit is dropped. */
    public void add(String serial, byte[] unit) {
        Waiting token = waiting.get(serial);
        if (token == null) {
            throw new IllegalArgumentException("token " + serial + " does not take part");
        }
        token.add(unit);
    }

    /** True if the token has given enough for now, and reading more from it would only let it wait. */
    public boolean isAhead(String serial) {
        Waiting token = waiting.get(serial);
        return token != null && token.count >= token.needed && !isReady();
    }

    /** True if {@link #next} would give an output. */
    public boolean isReady() {
        return waiting.size() >= minTokens && waiting.values().stream().allMatch(token -> token.count >= token.needed);
    }

    /**
     * The next output, if every token has given its part.
     *
     * @param fresh {@link Mixer#FRESH_BYTES} of the kernel's generator
     */
    public Optional<byte[]> next(byte[] fresh) {
        if (!isReady()) {
            return Optional.empty();
        }
        var parts = new TreeMap<String, byte[]>();
        waiting.forEach((serial, token) -> parts.put(serial, token.take()));
        byte[] output = mixer.mix(parts, fresh);
        parts.values().forEach(part -> Arrays.fill(part, (byte) 0));
        return Optional.of(output);
    }

    private static final class Waiting {
        private final int needed;
        private byte[] bytes = new byte[0];
        private int count;

        Waiting(int needed) {
            this.needed = needed;
        }

        void add(byte[] unit) {
            if (count + unit.length > MOST_WAITING) {
                return;
            }
            byte[] wider = Arrays.copyOf(bytes, count + unit.length);
            System.arraycopy(unit, 0, wider, count, unit.length);
            Arrays.fill(bytes, (byte) 0);
            bytes = wider;
            count = wider.length;
        }

        byte[] take() {
            byte[] part = Arrays.copyOf(bytes, needed);
            byte[] rest = Arrays.copyOfRange(bytes, needed, count);
            Arrays.fill(bytes, (byte) 0);
            bytes = rest;
            count = rest.length;
            return part;
        }
    }
}
