// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import maaxboard.entropy.health.Mixer;
import maaxboard.entropy.health.MixingPool;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.region.RegionLayout;

/** All serving tokens' units are mixed; what goes on belongs to none of them. Tokens join and leave as they serve. */
final class MixedOutlet implements Outlet {
    /** Outputs that go on together: four fill a default slot. */
    private static final int OUTPUTS = 4;

    private final TokenBook book;
    private final MixingPool pool;
    private final Set<String> members = new HashSet<>();

    MixedOutlet(TokenBook book, Configuration configuration) {
        this.book = book;
        pool = new MixingPool(new Mixer(configuration.mixContext()), configuration.minTokens());
    }

    private static String key(TokenEntry entry) {
        return entry.id.serial() + " " + entry.index;
    }

    private void updateMembers() {
        for (var entry : book.all()) {
            if (!entry.serves()) {
                if (members.remove(key(entry))) {
                    pool.leave(key(entry));
                }
            } else if (members.add(key(entry))) {
                pool.join(key(entry), entry.claimed);
            }
        }
    }

    @Override
    public synchronized int wanted(TokenEntry entry, int most) {
        updateMembers();
        return members.contains(key(entry)) && !pool.isReady() && !pool.isAhead(key(entry)) ? 1 : 0;
    }

    @Override
    public synchronized void accept(TokenEntry entry, byte[] unit) {
        updateMembers();
        if (members.contains(key(entry))) {
            pool.add(key(entry), unit);
        }
        Wipe.zero(unit);
    }

    @Override
    public synchronized Ready next() {
        updateMembers();
        var bytes = new byte[OUTPUTS * Mixer.OUTPUT_BYTES];
        int length = 0;
        while (length < bytes.length && pool.isReady()) {
            var output = pool.next(fresh()).orElseThrow();
            System.arraycopy(output, 0, bytes, length, output.length);
            Wipe.zero(output);
            length += output.length;
        }
        if (length == 0) {
            return null;
        }
        var filled = Arrays.copyOf(bytes, length);
        Wipe.zero(bytes);
        return new Ready(filled, RegionLayout.SOURCE_MIXED, null);
    }

    private static byte[] fresh() {
        try {
            return SelfProtection.kernelRandom(Mixer.FRESH_BYTES);
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void clear() {
        members.forEach(pool::leave);
        members.clear();
    }
}
