// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.daemon;

/** The configuration is wrong. The message says where, what, and what was expected. */
public final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Where a wrong value came from. */
    public enum Origin { FILE, ENVIRONMENT, FLAG }

    private final Origin origin;

    ConfigurationException(Origin origin, String message) {
        super(message);
        this.origin = origin;
    }

    public Origin origin() {
        return origin;
    }
}
