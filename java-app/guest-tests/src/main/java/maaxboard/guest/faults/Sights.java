// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest.faults;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.State;

/** What the producer says of itself while something is done to it, looked at every few milliseconds. */
final class Sights implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(2);

    /** State and reason at one moment. */
    record Sight(State state, Reason reason) {}

    private final Set<Sight> seen = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;

    /** Looks until it is closed, which must come before the region is. */
    Sights(Region region) {
        thread = Thread.ofPlatform().daemon().name("sights").start(() -> look(region));
    }

    private void look(Region region) {
        while (!closed) {
            var header = RegionHeader.read(region);
            if (header.present()) {
                seen.add(new Sight(header.state(), header.reason()));
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Whether one of these reasons was seen with a state that was not OK; that the consumer is bad, with any state. */
    boolean had(Set<Reason> reasons) {
        return seen.stream().anyMatch(sight -> reasons.contains(sight.reason())
                && (sight.state() != State.OK || sight.reason() == Reason.CONSUMER_BAD));
    }

    /** Whether the producer served all the time. */
    boolean onlyServing() {
        return seen.stream().allMatch(sight -> sight.state() == State.OK || sight.state() == State.DEGRADED);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return seen.toString();
    }
}
