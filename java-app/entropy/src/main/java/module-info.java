// SPDX-License-Identifier: BSD-2-Clause

/** Carries random bytes from PKCS#11 tokens, tested, into the shared-memory region that seL4 reads. */
module maaxboard.entropy {
    requires info.picocli;
    requires com.fasterxml.jackson.core;
}
