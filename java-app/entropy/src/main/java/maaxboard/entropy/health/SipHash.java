// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.health;

/** SipHash-2-4 (Aumasson and Bernstein, 2012) of 64 bits: a keyed hash that is cheap for short inputs. */
final class SipHash {
    private final long k0;
    private final long k1;

    SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Of {@code count} whole words. */
    long hash(long[] words, int from, int count) {
        // In local variables, which C1 keeps in registers, without calls, and with each round written once.
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        // Two rounds for each word and for the one that holds the length; then four, as if for two words of zero.
        for (int i = 0; i < count + 3; i++) {
            long word = i < count ? words[from + i] : i == count ? (long) count * Long.BYTES << 56 : 0;
            v3 ^= word;
            if (i == count + 1) {
                v2 ^= 0xff;
            }
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = (v1 << 13 | v1 >>> 51) ^ v0;
                v3 = (v3 << 16 | v3 >>> 48) ^ v2;
                v0 = v0 << 32 | v0 >>> 32;
                v2 += v1;
                v0 += v3;
                v1 = (v1 << 17 | v1 >>> 47) ^ v2;
                v3 = (v3 << 21 | v3 >>> 43) ^ v0;
                v2 = v2 << 32 | v2 >>> 32;
            }
            v0 ^= word;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
