// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.Pkcs11Module;
import maaxboard.entropy.pkcs11.Pkcs11Uri;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.entropy.pkcs11.TokenId;
import maaxboard.entropy.pkcs11.TokenInfo;

/**
 * Which tokens are wanted. A null field wants any; all that are set must match. With nothing set every initialised
 * token with a random generator is wanted.
 *
 * @param slotId slot ID as the module gives it
 * @param slotIndex place in the list of slots with a token, from 0
 * @param uris tokens that match any of these; empty: any token
 */
public record Selection(Long slotId, Integer slotIndex, String tokenLabel, String serial, List<Pkcs11Uri> uris) {
    /** Every token with a random generator. */
    public static final Selection ANY = new Selection(null, null, null, null, List.of());

    /**
     * A slot with a token in it.
     *
     * @param index place in the list of slots with a token, from 0
     */
    public record Candidate(int index, long slot, TokenInfo token) {
    }

    /** Whether a slot or token is named at all. */
    public boolean isAny() {
        return slotId == null && slotIndex == null && tokenLabel == null && serial == null && uris.isEmpty();
    }

    /** Whether this is a wanted token, random generator or not. */
    public boolean accepts(Candidate candidate) {
        return (slotId == null || slotId == candidate.slot) && (slotIndex == null || slotIndex == candidate.index)
                && (tokenLabel == null || tokenLabel.equals(candidate.token.label()))
                && (serial == null || serial.equals(candidate.token.serial()))
                && (uris.isEmpty() || uris.stream().anyMatch(uri -> uri.matches(candidate.slot, candidate.token)));
    }

    /** The slots that hold a recognised token now. A token that goes while it is looked at is left out. */
    public static List<Candidate> candidates(Pkcs11Module module) throws Pkcs11Exception {
        return candidates(module, module.slots(true));
    }

    /** @param slots those with a token in them */
    static List<Candidate> candidates(Pkcs11Module module, List<Long> slots) throws Pkcs11Exception {
        var found = new ArrayList<Candidate>();
        int index = 0;
        for (long slot : slots) {
            try {
                found.add(new Candidate(index++, slot, module.tokenInfo(slot)));
            } catch (Pkcs11Exception e) {
                long rv = e.returnValue();
                if (rv != ReturnValue.TOKEN_NOT_PRESENT && rv != ReturnValue.TOKEN_NOT_RECOGNIZED
                        && rv != ReturnValue.DEVICE_REMOVED && rv != ReturnValue.SLOT_ID_INVALID
                        && rv != ReturnValue.DEVICE_ERROR) {
                    throw e;
                }
            }
        }
        return found;
    }

    /** The wanted tokens with a random generator, each once, with its first slot. */
    public Map<TokenId, Candidate> choose(List<Candidate> candidates) {
        var chosen = new LinkedHashMap<TokenId, Candidate>();
        for (var candidate : candidates) {
            if (candidate.token.hasRng() && (candidate.token.initialized() || !isAny()) && accepts(candidate)) {
                chosen.putIfAbsent(candidate.token.id(), candidate);
            }
        }
        return chosen;
    }
}
