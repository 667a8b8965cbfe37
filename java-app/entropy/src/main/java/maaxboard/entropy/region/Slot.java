// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

/**
 * What one slot carried, in private memory.
 *
 * @param sequence the free-running index it was published at
 * @param source index of the token, or {@link RegionLayout#SOURCE_MIXED}
 * @param time the producer's CLOCK_MONOTONIC at publication, nanoseconds
 * @param payload the bytes; the receiver's own
 */
public record Slot(int sequence, int source, long time, byte[] payload) {
    /** Says everything but the bytes. */
    @Override
    public String toString() {
        return "slot " + Integer.toUnsignedString(sequence) + ", source " + source + ", " + payload.length + " bytes";
    }
}
