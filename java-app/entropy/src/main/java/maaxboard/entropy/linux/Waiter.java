// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

/**
 * Lets one thread sleep until another wakes it, a UIO interrupt comes, or time runs out. {@link #wake} may be called
 * from any thread; the rest belongs to the thread that sleeps.
 */
public final class Waiter implements AutoCloseable {
    private final int event;
    private final Mapping uio;

    private Waiter(int event, Mapping uio) {
        this.event = event;
        this.uio = uio;
    }

    /** A waiter without a device. */
    public static Waiter create() throws LinuxException {
        return new Waiter(Libc.eventfd(), null);
    }

    /**
     * A waiter that also wakes at interrupts of the UIO device behind {@code mapping}, which stays the caller's. A device
     * without an interrupt refuses to be armed, and polling it would return at once: then the waiter does without.
     */
    public static Waiter withInterrupts(Mapping mapping) throws LinuxException {
        return new Waiter(Libc.eventfd(), Libc.writeInt(mapping.fd(), 1) ? mapping : null);
    }

    /** Whether interrupts can wake this waiter. */
    public boolean hasInterrupts() {
        return uio != null;
    }

    /**
     * Unmasks the device's interrupt. uio_pdrv_genirq masks its line at every interrupt, so this is to be called
     * before each sleep, and the condition slept on is to be checked again after it.
     */
    public void arm() {
        if (uio != null) {
            Libc.writeInt(uio.fd(), 1);
        }
    }

    /**
     * Sleeps.
     *
     * @param millis how long at most, 0 to 60,000
     * @return true if it was the interrupt that ended the sleep
     */
    public boolean sleep(int millis) {
        int ready = uio == null ? Libc.poll(millis, event) : Libc.poll(millis, event, uio.fd());
        if ((ready & 1) != 0) {
            Libc.drain(event, 8);
        }
        if ((ready & 2) != 0) {
            Libc.drain(uio.fd(), 4);
            return true;
        }
        return false;
    }

    /** Ends the current sleep, or the next one if none is under way. */
    public void wake() {
        Libc.writeLong(event, 1);
    }

    @Override
    public void close() {
        Libc.close(event);
    }
}
