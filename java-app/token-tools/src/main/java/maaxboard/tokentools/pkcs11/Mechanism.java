// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.pkcs11;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** CK_MECHANISM, without a parameter or with that of RSA-PSS. */
public sealed interface Mechanism {
    /** CKM_ number. */
    long type();

    /** @param type CKM_ number of a mechanism without parameter */
    record Plain(long type) implements Mechanism {
    }

    /**
     * CKM_RSA_PKCS_PSS over a hash that was made outside.
     *
     * @param hash CKM_ number of the hash
     * @param mgf CKG_ number of the mask generation function
     * @param salt bytes
     */
    record Pss(long hash, long mgf, long salt) implements Mechanism {
        @Override
        public long type() {
            return Constant.CKM_RSA_PKCS_PSS;
        }
    }

    /** As the C structure; its memory is the arena's. */
    default MemorySegment allocate(Arena arena) {
        var mechanism = arena.allocate(Layout.Mechanism.SIZE, Layout.ULONG);
        mechanism.set(ValueLayout.JAVA_LONG, Layout.Mechanism.TYPE, type());
        if (this instanceof Pss pss) {
            var parameter = arena.allocate(Layout.PssParams.SIZE, Layout.ULONG);
            parameter.set(ValueLayout.JAVA_LONG, Layout.PssParams.HASH, pss.hash);
            parameter.set(ValueLayout.JAVA_LONG, Layout.PssParams.MGF, pss.mgf);
            parameter.set(ValueLayout.JAVA_LONG, Layout.PssParams.SALT, pss.salt);
            mechanism.set(ValueLayout.ADDRESS, Layout.Mechanism.PARAMETER, parameter);
            mechanism.set(ValueLayout.JAVA_LONG, Layout.Mechanism.LENGTH, Layout.PssParams.SIZE);
        }
        return mechanism;
    }
}
