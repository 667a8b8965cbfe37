// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.ArrayDeque;
import java.util.Queue;

/** Units go on as they are, each marked with its token. Of each token only so many wait, so that none is starved. */
final class EachOutlet implements Outlet {
    /** What two reads bring: one is being published while the next is under way. */
    private static final int WAITING_PER_TOKEN = 2 * TokenEntry.MOST_AHEAD;

    private final Queue<Ready> waiting = new ArrayDeque<>();

    @Override
    public synchronized int wanted(TokenEntry entry, int most) {
        int room = WAITING_PER_TOKEN;
        for (var ready : waiting) {
            room -= ready.entry() == entry ? 1 : 0;
        }
        return room >= most ? most : 0;
    }

    @Override
    public synchronized void accept(TokenEntry entry, byte[] unit) {
        waiting.add(new Ready(unit, entry.index, entry));
    }

    @Override
    public synchronized Ready next() {
        return waiting.poll();
    }

    @Override
    public synchronized void clear() {
        waiting.forEach(ready -> Wipe.zero(ready.bytes()));
        waiting.clear();
    }
}
