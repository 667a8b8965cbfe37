// SPDX-License-Identifier: BSD-2-Clause

/** Keys and certificates in PKCS#11 tokens: the program {@code token} and its service. */
module maaxboard.tokentools {
    requires maaxboard.entropy;
    requires info.picocli;
    requires com.fasterxml.jackson.core;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.pkix;
    requires jdk.httpserver;
}
