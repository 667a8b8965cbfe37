// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.Slot;
import maaxboard.entropy.region.State;

/** The consumer's end of a guest's region, attached: what a protection domain on seL4 would be. One thread. */
public final class Consumer implements AutoCloseable {
    private final Guest guest;
    private final Region region;
    private final RegionConsumer consumer;

    private Consumer(Guest guest, Region region, RegionConsumer consumer) {
        this.guest = guest;
        this.region = region;
        this.consumer = consumer;
    }

    /** Waits for a producer and attaches. */
    public static Consumer attach(Guest guest) {
        var region = guest.openRegion();
        var attached = new ArrayList<RegionConsumer>();
        guest.await("a producer in the region", () -> {
            try {
                RegionConsumer.attach(region).ifPresent(attached::add);
            } catch (RegionException e) {
                throw new GuestException(e.getMessage());
            }
            return !attached.isEmpty();
        });
        return new Consumer(guest, region, attached.getFirst());
    }

    public RegionHeader header() {
        return RegionHeader.read(region);
    }

    /** Waits for the producer's state, taking nothing. */
    public RegionHeader awaitState(State state) {
        guest.await("state " + state + " (it is " + header().state() + ", " + header().reason().text() + ")",
                () -> header().present() && header().state() == state);
        return header();
    }

    /** The next block, if there is one now. */
    public Optional<Slot> next() {
        try {
            consumer.beat();
            return consumer.next();
        } catch (RegionException e) {
            throw new GuestException(e.getMessage());
        }
    }

    /** Waits for so many blocks and takes them. */
    public List<Slot> take(int blocks) {
        var taken = new ArrayList<Slot>();
        guest.await(blocks + " blocks", () -> {
            for (var slot = next(); slot.isPresent(); slot = next()) {
                taken.add(slot.get());
                if (taken.size() == blocks) {
                    return true;
                }
            }
            return false;
        });
        return taken;
    }

    /** Takes what arrives in so much time. */
    public List<Slot> takeFor(Duration time) {
        var taken = new ArrayList<Slot>();
        long end = System.nanoTime() + time.toNanos();
        do {
            next().ifPresentOrElse(taken::add, () -> Guest.pause(Duration.ofMillis(10)));
        } while (System.nanoTime() < end);
        return taken;
    }

    /** Blocks that were damaged; there should be none. */
    public long torn() {
        return consumer.torn();
    }

    @Override
    public void close() {
        region.close();
    }
}
