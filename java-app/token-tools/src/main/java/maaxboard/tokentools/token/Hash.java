// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.token;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import maaxboard.tokentools.pkcs11.Constant;

/** A hash that signatures are made over. It is computed here; the token signs its value. */
public enum Hash {
    SHA256("SHA-256", Constant.CKM_SHA256, Constant.CKG_MGF1_SHA256, 32),
    SHA384("SHA-384", Constant.CKM_SHA384, Constant.CKG_MGF1_SHA384, 48),
    SHA512("SHA-512", Constant.CKM_SHA512, Constant.CKG_MGF1_SHA512, 64);

    private final String standardName;
    private final long mechanism;
    private final long mgf;
    private final int length;

    Hash(String standardName, long mechanism, long mgf, int length) {
        this.standardName = standardName;
        this.mechanism = mechanism;
        this.mgf = mgf;
        this.length = length;
    }

    /** As java.security names it. */
    public String standardName() {
        return standardName;
    }

    long mechanism() {
        return mechanism;
    }

    long mgf() {
        return mgf;
    }

    int length() {
        return length;
    }

    /** A new digest. */
    public MessageDigest digest() {
        try {
            return MessageDigest.getInstance(standardName);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
