// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import java.util.ArrayList;
import java.util.List;

/**
 * What C_GetTokenInfo tells of a token; blank padding is trimmed.
 *
 * @param flags CKF_ bits, PKCS #11 v2.40 section 3.2
 * @param minPinLength characters
 * @param maxPinLength characters
 */
public record TokenInfo(String label, String manufacturer, String model, String serial, long flags, long minPinLength,
        long maxPinLength, Version hardware, Version firmware) {
    private static final long RNG = 0x1;
    private static final long LOGIN_REQUIRED = 0x4;
    private static final long TOKEN_INITIALIZED = 0x400;

    private static final String[][] FLAG_NAMES = {
        {"0x4", "login required"}, {"0x100", "PIN pad present"}, {"0x1", "rng"}, {"0x20", "restore key not needed"},
        {"0x40", "clock on token"}, {"0x200", "dual crypto operations"}, {"0x400", "token initialized"},
        {"0x2", "readonly"}, {"0x8", "PIN initialized"}, {"0x10000", "user PIN count low"},
        {"0x20000", "final user PIN try"}, {"0x40000", "user PIN locked"}, {"0x80000", "user PIN to be changed"},
        {"0x100000", "SO PIN count low"}, {"0x200000", "final SO PIN try"}, {"0x400000", "SO PIN locked"},
        {"0x800000", "SO PIN to be changed"},
    };

    /** CKF_RNG: the token has a random generator that C_GenerateRandom reaches. */
    public boolean hasRng() {
        return (flags & RNG) != 0;
    }

    /** CKF_TOKEN_INITIALIZED: modules such as SoftHSM show an empty token too, which opens no session. */
    public boolean initialized() {
        return (flags & TOKEN_INITIALIZED) != 0;
    }

    /** CKF_LOGIN_REQUIRED: some functions, seldom C_GenerateRandom, want a login. */
    public boolean loginRequired() {
        return (flags & LOGIN_REQUIRED) != 0;
    }

    /** What tells one token from another, whatever slot it is in. */
    public TokenId id() {
        return new TokenId(manufacturer, model, serial);
    }

    /** The flags' names as pkcs11-tool prints them. */
    public List<String> flagNames() {
        var names = new ArrayList<String>();
        for (var flag : FLAG_NAMES) {
            if ((flags & Long.decode(flag[0])) != 0) {
                names.add(flag[1]);
            }
        }
        return names;
    }
}
