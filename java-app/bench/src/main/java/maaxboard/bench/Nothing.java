// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

/** The smallest Java program: what a JVM takes that does nothing. */
final class Nothing {
    private Nothing() {
    }

    public static void main(String[] args) {
        // nothing
    }
}
