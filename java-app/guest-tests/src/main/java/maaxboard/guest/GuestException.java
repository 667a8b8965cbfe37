// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

/** The guest or its surroundings did not do what was awaited. */
public final class GuestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GuestException(String message) {
        super(message);
    }
}
