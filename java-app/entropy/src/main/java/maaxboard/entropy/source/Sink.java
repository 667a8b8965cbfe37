// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

import java.util.List;
import maaxboard.entropy.health.Answer;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.TokenInfo;

/** What a {@link ModuleSource} feeds. All calls come from the thread that drives the source. */
public interface Sink {
    /** How many units are wanted from this token now; 0: none, ask again after {@link ModuleSource#wake}. */
    int wanted(TokenId token);

    /**
     * What was wanted, whole and in order. The array is the receiver's.
     *
     * @param units one unit or more
     * @param answers what they came in, in order: together as many bytes
     */
    void read(TokenId token, byte[] units, List<Answer> answers);

    /** The token gave an answer that no token gives (CKR_DATA_INVALID). */
    void implausible(TokenId token);

    /** A session with the token is open; what comes next is a new stream. */
    void opened(TokenId token, long slot, TokenInfo info);

    /** The session is closed, a unit that was under way is dropped. {@code what} is one line for people. */
    void lost(TokenId token, Loss loss, String what);

    /** An error that is being tried again on the same session. */
    void retrying(TokenId token, String what);

    /** The module itself is in trouble; {@link #moduleWorks} ends it. */
    void moduleTrouble(Loss loss, String what);

    /** The module is initialised and answers. */
    void moduleWorks();
}
