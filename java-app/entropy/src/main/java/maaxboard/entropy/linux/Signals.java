// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

/** Signals of this process. The handler runs in a thread of its own, so it may do what any thread may. */
public final class Signals {
    private Signals() {
    }

    /** @param name without SIG: TERM, INT, HUP, USR1 */
    public static void handle(String name, Runnable handler) {
        sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> handler.run());
    }
}
