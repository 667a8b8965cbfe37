// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.transport;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Keeps one connection alive: connects as soon as the other end listens, serves it, and starts over when it is lost.
 * The connection can be held off for as long as a condition does not hold.
 */
final class Dialer {
    private static final long RETRY_MILLISECONDS = 100;
    private static final long SAY_SO_AFTER_MILLISECONDS = 5_000;

    /** Talks over one connection until it ends. */
    @FunctionalInterface
    interface Session {
        void serve(Link link) throws IOException;
    }

    private final SocketAddress address;
    private final BooleanSupplier wanted;
    private final Session session;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private Link link;
    private boolean closed;
    private Thread thread;

    Dialer(SocketAddress address, BooleanSupplier wanted, Session session) {
        this.address = address;
        this.wanted = wanted;
        this.session = session;
    }

    void start(String name) {
        thread = Thread.ofPlatform().daemon().name(name).start(this::loop);
    }

    /** Looks at the condition again; drops a connection that is not wanted any more. */
    void recheck() {
        lock.lock();
        try {
            if (link != null && !wanted.getAsBoolean()) {
                link.close();
            }
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops the connection; a new one follows if it is wanted. */
    void drop() {
        lock.lock();
        try {
            if (link != null) {
                link.close();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            if (link != null) {
                link.close();
            }
            wake.signalAll();
        } finally {
            lock.unlock();
        }
        if (thread != null && thread != Thread.currentThread()) {
            try {
                thread.join(2_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void loop() {
        long waitingSince = System.nanoTime();
        boolean said = false;
        while (pauseUntilWanted()) {
            Link fresh;
            try {
                fresh = Link.connect(address);
            } catch (IOException e) {
                long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - waitingSince);
                if (!said && waited > SAY_SO_AFTER_MILLISECONDS) {
                    System.err.println("virtual-token: still waiting for " + address + ": " + e.getMessage());
                    said = true;
                }
                sleep();
                continue;
            }
            if (adopt(fresh)) {
                try {
                    session.serve(fresh);
                } catch (IOException e) {
                    // The end of every connection: the other side went away, or recheck() or close() ended it.
                }
                disown();
            }
            waitingSince = System.nanoTime();
            said = false;
        }
    }

    private boolean pauseUntilWanted() {
        lock.lock();
        try {
            while (!closed && !wanted.getAsBoolean()) {
                wake.awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private boolean adopt(Link fresh) {
        lock.lock();
        try {
            if (closed || !wanted.getAsBoolean()) {
                fresh.close();
                return false;
            }
            link = fresh;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void disown() {
        lock.lock();
        try {
            link.close();
            link = null;
        } finally {
            lock.unlock();
        }
    }

    private void sleep() {
        lock.lock();
        try {
            if (!closed) {
                wake.await(RETRY_MILLISECONDS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
