// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.io.PrintStream;

/** Shows how far something is: a bar that is drawn over on a terminal, a line now and then elsewhere. */
final class Progress {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean terminal;
    private String lastText = "";
    private int lastTenth = -1;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static Progress ofThisProcess() {
        return new Progress(System.out, System.console() != null && System.console().isTerminal());
    }

    /**
     * Says where it is.
     *
     * @param done 0 to 1
     */
    void show(double done, String text) {
        if (terminal) {
            int filled = (int) (done * WIDTH);
            out.print("\r\033[K[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + text);
            out.flush();
            return;
        }
        int tenth = (int) (done * 10);
        String stage = text.replaceAll("[0-9]+", "");
        if (!stage.equals(lastText) || tenth >= lastTenth + 3 || done >= 1 && tenth > lastTenth) {
            lastText = stage;
            lastTenth = tenth;
            out.println(text);
        }
    }

    /** Takes the bar away. */
    void end() {
        if (terminal) {
            out.print("\r\033[K");
            out.flush();
        }
    }
}
