// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.fault;

import java.util.OptionalLong;

/**
 * A fault with its scope.
 *
 * @param text how it was asked for
 * @param fault what happens
 * @param everyCommand whether it hits each command; else only GET CHALLENGE
 * @param times how many commands it hits before it ends by itself; empty: until told otherwise
 */
public record ActiveFault(String text, Fault fault, boolean everyCommand, OptionalLong times) {
    /** The same fault after one more hit, or null when it is spent. */
    public ActiveFault afterHit() {
        if (times.isEmpty()) {
            return this;
        }
        long left = times.getAsLong() - 1;
        return left == 0 ? null : new ActiveFault(text, fault, everyCommand, OptionalLong.of(left));
    }
}
