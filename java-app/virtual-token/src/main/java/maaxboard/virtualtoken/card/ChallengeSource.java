// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

/** Where the bytes of GET CHALLENGE come from. */
@FunctionalInterface
public interface ChallengeSource {
    /** The next {@code length} bytes. */
    byte[] next(int length);
}
