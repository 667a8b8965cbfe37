// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

import java.util.concurrent.atomic.AtomicLong;
import maaxboard.entropy.health.TokenHealth;
import maaxboard.entropy.linux.Waiter;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionProducer;
import maaxboard.entropy.region.State;

/**
 * The thread that owns the region: it publishes, keeps the heartbeat and the state, zeroes what was released, and never
 * calls PKCS#11, so that no token and no module can stop it.
 */
final class RegionPump implements Runnable {
    private static final int HEARTBEAT_MILLIS = 800;
    /** How soon a full ring is looked at again where no interrupt comes: twice as late each time that nothing was taken. */
    private static final int FIRST_POLL_MILLIS = 50;

    private final Region region;
    private final RegionProducer producer;
    private final TokenBook book;
    private final Outlet outlet;
    private final Waiter waiter;
    private final Log log;
    private final Runnable spaceAgain;
    private final AtomicLong discarded = new AtomicLong();
    private final AtomicLong recovered = new AtomicLong();
    private volatile int minTokens;
    private volatile boolean stopping;
    private volatile TokenBook.Condition condition;
    private volatile boolean headGood = true;
    private volatile int full;
    private volatile long publishedBytes;

    private Outlet.Ready current;
    private int published;
    private Runnable whenReady = () -> { };
    private boolean ready;
    private int pollMillis = FIRST_POLL_MILLIS;
    private boolean testRunning;
    private int testNumber;
    private long[] testBase;

    /** @param spaceAgain called when the outlet has been emptied: the module threads may read on */
    RegionPump(Region region, RegionProducer producer, TokenBook book, Outlet outlet, Waiter waiter, int minTokens,
            Runnable spaceAgain, Log log) {
        this.region = region;
        this.producer = producer;
        this.book = book;
        this.outlet = outlet;
        this.waiter = waiter;
        this.minTokens = minTokens;
        this.spaceAgain = spaceAgain;
        this.log = log;
    }

    /** What to do once the first block is published, or the ring is full; to be said before the thread starts. */
    void whenReady(Runnable task) {
        whenReady = task;
    }

    @Override
    public void run() {
        while (!stopping) {
            long now = System.nanoTime();
            producer.tick(now);
            account();
            showState();
            serveRequest(now);
            boolean blocked = condition.publishes() ? !publishAll() : drop();
            observe();
            if (stopping) {
                break;
            }
            if (blocked && producer.headGood()) {
                sleepUntilSpace();
            } else {
                waiter.sleep(HEARTBEAT_MILLIS);
            }
        }
        drop();
        book.all().forEach(this::dropHeldBack);
        account();
        producer.tick(System.nanoTime());
        producer.state(State.STOPPED, Reason.STOPPED_BY_SIGNAL);
        observe();
    }

    private void observe() {
        full = producer.full();
        publishedBytes = producer.published();
        if (producer.headGood() != headGood) {
            headGood = producer.headGood();
            if (headGood) {
                log.info("consumer: its head is credible again");
            } else {
                log.error("consumer: its head lies outside the ring; nothing is published until it is right");
            }
        }
    }

    private void account() {
        long bytes = discarded.getAndSet(0);
        if (bytes > 0) {
            producer.addDiscarded(bytes);
        }
        for (long n = recovered.getAndSet(0); n > 0; n--) {
            producer.addRecovered();
        }
    }

    private void showState() {
        var now = book.condition(minTokens);
        if (!now.equals(condition)) {
            condition = now;
            var text = "region: " + now.state() + (now.reason() == Reason.NONE ? "" : ", " + now.reason().text());
            if (now.state() == State.FAILED) {
                log.error(text);
            } else {
                log.info(text);
            }
        }
        producer.state(now.state(), now.reason());
    }

    /** Publishes what waits; false if the ring is full and something is left. */
    private boolean publishAll() {
        boolean taken = false;
        boolean any = false;
        int payload = producer.geometry().payloadBytes();
        while (true) {
            if (current == null) {
                current = outlet.next();
                published = 0;
                if (current == null) {
                    break;
                }
                taken = true;
            }
            var bytes = current.bytes();
            while (published < bytes.length) {
                int length = Math.min(payload, bytes.length - published);
                if (!producer.publish(bytes, published, length, current.source(), System.nanoTime())) {
                    ready();
                    finish(taken, any);
                    return false;
                }
                published += length;
                any = true;
                if (current.entry() != null) {
                    current.entry().bytesPublished += length;
                }
            }
            Wipe.zero(bytes);
            current = null;
        }
        finish(taken, any);
        return true;
    }

    private void finish(boolean taken, boolean published) {
        if (taken) {
            spaceAgain.run();
        }
        if (published) {
            ready();
            pollMillis = FIRST_POLL_MILLIS;
            if (producer.consumerWantsWakeUp()) {
                region.ringDoorbell();
            }
        }
    }

    private void ready() {
        if (!ready) {
            ready = true;
            whenReady.run();
            producer.settled();
        }
    }

    /** Nothing may be published now: what waits is thrown away. */
    private boolean drop() {
        if (current != null) {
            Wipe.zero(current.bytes());
            current = null;
        }
        outlet.clear();
        spaceAgain.run();
        return false;
    }

    private void sleepUntilSpace() {
        waiter.arm();
        if (producer.wantSpace()) {
            return;
        }
        waiter.sleep(waiter.hasInterrupts() ? HEARTBEAT_MILLIS : pollMillis);
        pollMillis = Math.min(2 * pollMillis, HEARTBEAT_MILLIS);
        producer.spaceNoLongerWanted();
    }

    /** The consumer's request for a test: a start-up test of every token, judged when each has passed or failed. */
    private void serveRequest(long now) {
        if (!testRunning && !producer.testRequested(now)) {
            return;
        }
        var entries = book.all();
        if (!testRunning) {
            testRunning = true;
            testNumber = producer.requestNumber();
            testBase = entries.stream().mapToLong(entry -> entry.health.status().startUps()).toArray();
            log.info("consumer: asks for a health test");
            requestTests();
        }
        boolean passed = false;
        boolean failed = false;
        for (int i = 0; i < testBase.length; i++) {
            var entry = entries.get(i);
            var status = entry.health.status();
            if (status.state() == TokenHealth.State.ALARMED || status.state() == TokenHealth.State.QUARANTINED) {
                failed = true;
            } else if (entry.open()) {
                if (status.startUps() == testBase[i]) {
                    return;
                }
                passed = true;
            }
        }
        testRunning = false;
        producer.testServed(testNumber, passed && !failed, now);
        log.info("consumer: health test " + (passed && !failed ? "passed" : "failed"));
    }

    /** Start-up tests of all open tokens, as the consumer or SIGUSR1 asks. May be called by any thread. */
    void requestTests() {
        for (var entry : book.all()) {
            if (entry.open() && !entry.quarantined()) {
                entry.health.requestStartUp();
                entry.testPending = true;
            }
        }
        spaceAgain.run();
        waiter.wake();
    }

    /** There is news: a unit, a state. May be called by any thread. */
    void wake() {
        waiter.wake();
    }

    void discarded(long bytes) {
        discarded.addAndGet(bytes);
    }

    /** Nothing will vouch for the end of what this token gave: it is gone, tested anew, or bad. May be called by any thread. */
    void dropHeldBack(TokenEntry entry) {
        discarded(entry.heldBack.drop());
    }

    void recovered() {
        recovered.incrementAndGet();
    }

    void minTokens(int minTokens) {
        this.minTokens = minTokens;
    }

    /** Ends the thread; the state is STOPPED then, and full slots are kept. */
    void stop() {
        stopping = true;
        waiter.wake();
    }

    TokenBook.Condition condition() {
        return condition;
    }

    int full() {
        return full;
    }

    long published() {
        return publishedBytes;
    }

    boolean headGood() {
        return headGood;
    }
}
