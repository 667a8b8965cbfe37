// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A kind of key pair, named as pkcs11-tool names it: {@code rsa:2048}, {@code EC:prime256v1}.
 *
 * @param curve DER of the curve's object identifier, as CKA_EC_PARAMS has it; null for RSA
 */
public record KeyAlgorithm(String name, int bits, byte[] curve) {
    /** What can be asked for. */
    public static final List<KeyAlgorithm> ALL = List.of(rsa(2048), rsa(3072), rsa(4096),
            new KeyAlgorithm("EC:prime256v1", 256, new byte[] {6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7}),
            new KeyAlgorithm("EC:secp384r1", 384, new byte[] {6, 5, 0x2b, (byte) 0x81, 4, 0, 0x22}),
            new KeyAlgorithm("EC:secp521r1", 521, new byte[] {6, 5, 0x2b, (byte) 0x81, 4, 0, 0x23}));

    /** All names, for messages. */
    public static String names() {
        return ALL.stream().map(KeyAlgorithm::name).collect(Collectors.joining(", "));
    }

    private static KeyAlgorithm rsa(int bits) {
        return new KeyAlgorithm("rsa:" + bits, bits, null);
    }

    /** By its name, in capitals or not; {@code EC:secp256r1} is another word for {@code EC:prime256v1}. */
    public static KeyAlgorithm named(String text) throws TokenException {
        var wanted = text.toLowerCase(Locale.ROOT).replace("ec:secp256r1", "ec:prime256v1");
        for (var algorithm : ALL) {
            if (algorithm.name.toLowerCase(Locale.ROOT).equals(wanted)) {
                return algorithm;
            }
        }
        throw new TokenException(TokenException.Kind.WRONG, "unknown key algorithm; expected one of " + names());
    }

    public boolean isRsa() {
        return curve == null;
    }
}
