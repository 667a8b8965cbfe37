// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.assess;

/**
 * One estimator's result.
 *
 * @param estimator  which
 * @param view       on what
 * @param minEntropy bits a symbol for the literal view, bits a bit for the bit string
 */
public record Estimate(Estimator estimator, View view, double minEntropy) {
    /** What an estimator is given. */
    public enum View {
        /** The symbols as they are. */
        LITERAL("Literal"),
        /** Their bits, most significant first. */
        BITSTRING("Bitstring");

        private final String title;

        View(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }
}
