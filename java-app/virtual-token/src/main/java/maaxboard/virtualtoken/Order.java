// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.util.SplittableRandom;
import maaxboard.virtualtoken.fault.FaultCatalogue;

/** One line of the control socket or of a script, checked; what it does to a token. */
@FunctionalInterface
interface Order {
    void applyTo(VirtualToken token);

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException with a sentence for the user
     */
    static Order parse(String line) {
        String text = line.strip();
        int cut = text.indexOf(' ');
        String name = cut < 0 ? text : text.substring(0, cut);
        String rest = cut < 0 ? "" : text.substring(cut + 1).strip();
        Order order = switch (name) {
            case "plug" -> VirtualToken::plug;
            case "unplug" -> VirtualToken::unplug;
            case "card-in" -> VirtualToken::cardIn;
            case "card-out" -> VirtualToken::cardOut;
            case "fault" -> {
                if (rest.isEmpty()) {
                    throw new IllegalArgumentException("fault needs a name, or none");
                }
                FaultCatalogue.parse(rest, new SplittableRandom(0));
                yield token -> token.fault(rest);
            }
            case "serial" -> {
                if (!rest.matches("[0-9A-Fa-f]{8}")) {
                    throw new IllegalArgumentException("serial needs eight hex digits");
                }
                yield token -> token.changeSerial(rest);
            }
            case "" -> throw new IllegalArgumentException("an empty line is no command");
            default -> throw new IllegalArgumentException("there is no command " + name
                    + "; there are plug, unplug, card-in, card-out, fault, serial, status, quit");
        };
        if (!rest.isEmpty() && !name.equals("fault") && !name.equals("serial")) {
            throw new IllegalArgumentException(name + " takes no argument");
        }
        return order;
    }
}
