// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/** Units go on as they are, each marked with its token. A token may have two units waiting, so that none is starved. */
final class EachOutlet implements Outlet {
    private static final int WAITING_PER_TOKEN = 2;

    private final Queue<Ready> waiting = new ArrayDeque<>();

    @Override
    public synchronized boolean hasRoom(TokenEntry entry) {
        return waiting.stream().filter(ready -> ready.entry() == entry).count() < WAITING_PER_TOKEN;
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
        waiting.forEach(ready -> Arrays.fill(ready.bytes(), (byte) 0));
        waiting.clear();
    }
}
