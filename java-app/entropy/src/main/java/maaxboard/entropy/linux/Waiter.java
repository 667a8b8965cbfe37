// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

/**
 * Lets one thread sleep until another wakes it, a UIO interrupt comes, or time runs out. {@link #wake} may be called
 * from any thread; the rest belongs to the thread that sleeps.
 */
public final class Waiter implements AutoCloseable {
    private static final int EVENT_BYTES = 8;
    private static final int UIO_BYTES = 4;

    private final int event;
    private final int uio;
    private final boolean interrupts;
    private final Libc.Waiting waiting;

    private Waiter(int event, int uio) {
        this.event = event;
        this.uio = uio;
        waiting = new Libc.Waiting(event, uio);
        interrupts = uio >= 0 && waiting.signal(uio, UIO_BYTES);
    }

    /** A waiter without a device. */
    public static Waiter create() throws LinuxException {
        return new Waiter(Libc.eventfd(), -1);
    }

    /**
     * A waiter that also wakes at interrupts of the UIO device behind {@code mapping}, which stays the caller's. A device
     * without an interrupt refuses to be armed, and polling it would return at once: then the waiter does without.
     */
    public static Waiter withInterrupts(Mapping mapping) throws LinuxException {
        return new Waiter(Libc.eventfd(), mapping.fd());
    }

    /** Whether interrupts can wake this waiter. */
    public boolean hasInterrupts() {
        return interrupts;
    }

    /**
     * Unmasks the device's interrupt. uio_pdrv_genirq masks its line at every interrupt, so this is to be called
     * before each sleep, and the condition slept on is to be checked again after it.
     */
    public void arm() {
        if (interrupts) {
            waiting.signal(uio, UIO_BYTES);
        }
    }

    /**
     * Sleeps.
     *
     * @param millis how long at most, 0 to 60,000
     * @return true if it was the interrupt that ended the sleep
     */
    public boolean sleep(int millis) {
        int ready = waiting.poll(interrupts ? 2 : 1, millis);
        if ((ready & 1) != 0) {
            waiting.drain(event, EVENT_BYTES);
        }
        if ((ready & 2) != 0) {
            waiting.drain(uio, UIO_BYTES);
            return true;
        }
        return false;
    }

    /** Ends the current sleep, or the next one if none is under way. */
    public void wake() {
        waiting.signal(event, EVENT_BYTES);
    }

    @Override
    public void close() {
        Libc.close(event);
        waiting.close();
    }
}
