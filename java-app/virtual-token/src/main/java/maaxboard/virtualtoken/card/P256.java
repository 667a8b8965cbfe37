// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken.card;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/**
 * Public points of imported P-256 keys: the JDK derives none from a private key alone. Affine, not constant-time - it
 * only ever sees test keys.
 */
final class P256 {
    private P256() {}

    static ECPoint multiplyBase(BigInteger scalar) throws GeneralSecurityException {
        ECParameterSpec spec = CardKey.p256();
        BigInteger p = ((ECFieldFp) spec.getCurve().getField()).getP();
        ECPoint sum = ECPoint.POINT_INFINITY;
        for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
            sum = add(sum, sum, spec, p);
            if (scalar.testBit(bit)) {
                sum = add(sum, spec.getGenerator(), spec, p);
            }
        }
        return sum;
    }

    private static ECPoint add(ECPoint a, ECPoint b, ECParameterSpec spec, BigInteger p) {
        if (a.equals(ECPoint.POINT_INFINITY)) {
            return b;
        }
        if (b.equals(ECPoint.POINT_INFINITY)) {
            return a;
        }
        BigInteger rise;
        BigInteger run;
        if (a.equals(b)) {
            rise = a.getAffineX().pow(2).multiply(BigInteger.valueOf(3)).add(spec.getCurve().getA());
            run = a.getAffineY().shiftLeft(1);
        } else {
            rise = b.getAffineY().subtract(a.getAffineY());
            run = b.getAffineX().subtract(a.getAffineX());
        }
        if (run.mod(p).signum() == 0) {
            return ECPoint.POINT_INFINITY;
        }
        BigInteger slope = rise.multiply(run.modInverse(p)).mod(p);
        BigInteger x = slope.pow(2).subtract(a.getAffineX()).subtract(b.getAffineX()).mod(p);
        BigInteger y = slope.multiply(a.getAffineX().subtract(x)).subtract(a.getAffineY()).mod(p);
        return new ECPoint(x, y);
    }
}
