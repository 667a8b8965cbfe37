// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import org.bouncycastle.crypto.macs.KMAC;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * Mixes the bytes of several tokens into one output that is good if any one of them is: KMAC256 (SP 800-185 section 4),
 * 512 bits out. Key and message are the first and second halves of what each token gives, in order of serial, each part
 * preceded by its length; the customization string is a context and 32 bytes of the kernel's generator, which are
 * credited with nothing.
 *
 * <p>KMAC is none of the vetted conditioning components of SP 800-90B section 3.1.5.1.2; no claim is made from it.
 */
public final class Mixer {
    /** Bytes of one output. */
    public static final int OUTPUT_BYTES = 64;
    /** Bytes of the kernel's generator in each output. */
    public static final int FRESH_BYTES = 32;

    /** Min-entropy each token gives to an output, bits: the output's 512 and 64 to spare. */
    private static final int INPUT_BITS = 576;

    private final byte[] context;

    /** @param context text that tells this use of the function from others */
    public Mixer(String context) {
        this.context = context.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * How many bytes a token gives to each output: even, and at least 576 bits of min-entropy.
     *
     * @param minEntropy claimed of the token, bits a byte, above 0
     */
    public static int bytesFor(double minEntropy) {
        return 2 * (int) Math.ceil(INPUT_BITS / minEntropy / 2);
    }

    /**
     * One output.
     *
     * @param parts by serial, the bytes of each token: {@link #bytesFor} of them, used nowhere else
     * @param fresh {@link #FRESH_BYTES} of the kernel's generator
     */
    public byte[] mix(SortedMap<String, byte[]> parts, byte[] fresh) {
        if (parts.isEmpty() || fresh.length != FRESH_BYTES) {
            throw new IllegalArgumentException(parts.size() + " tokens and " + fresh.length + " fresh bytes to mix");
        }
        byte[] key = halves(parts, 0);
        byte[] message = halves(parts, 1);
        return kmac256(key, message, join(context, fresh));
    }

    /** KMAC256 of 512 bits. */
    static byte[] kmac256(byte[] key, byte[] message, byte[] customization) {
        var kmac = new KMAC(256, customization);
        kmac.init(new KeyParameter(key));
        kmac.update(message, 0, message.length);
        byte[] output = new byte[OUTPUT_BYTES];
        kmac.doFinal(output, 0, OUTPUT_BYTES);
        return output;
    }

    private static byte[] halves(SortedMap<String, byte[]> parts, int which) {
        byte[] joined = {};
        for (byte[] part : parts.values()) {
            int half = part.length / 2;
            if (half == 0 || part.length % 2 != 0) {
                throw new IllegalArgumentException("a token's part must have two equal halves, not " + part.length + " bytes");
            }
            byte[] piece = new byte[Integer.BYTES + half];
            ByteBuffer.wrap(piece).putInt(half).put(part, which * half, half);
            joined = join(joined, piece);
        }
        return joined;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
