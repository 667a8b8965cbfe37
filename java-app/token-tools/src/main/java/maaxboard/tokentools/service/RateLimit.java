// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** So many requests a second for each name, and twice as many at once after a pause. Thread-safe. */
final class RateLimit {
    private static final int MOST_NAMES = 4096;
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final LongSupplier clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Bucket {
        double left;
        long at;
    }

    /** @param clock as {@link System#nanoTime} */
    RateLimit(double perSecond, LongSupplier clock) {
        this.perSecond = perSecond;
        this.clock = clock;
    }

    /**
     * Counts a request.
     *
     * @return 0 if it may go on, else the seconds after which one more may, at least 1
     */
    synchronized long ask(String name) {
        long now = clock.getAsLong();
        var bucket = buckets.get(name);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.left = 2 * perSecond;
            bucket.at = now;
            buckets.put(name, bucket);
            if (buckets.size() > MOST_NAMES) {
                buckets.remove(buckets.keySet().iterator().next());
            }
        }
        bucket.left = Math.min(2 * perSecond, bucket.left + (now - bucket.at) / NANOS * perSecond);
        bucket.at = now;
        if (bucket.left >= 1) {
            bucket.left--;
            return 0;
        }
        return Math.max(1, (long) Math.ceil((1 - bucket.left) / perSecond));
    }
}
