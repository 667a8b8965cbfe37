// SPDX-License-Identifier: BSD-2-Clause

/** Carries random bytes from PKCS#11 tokens, tested, into the shared-memory region that seL4 reads. */
module maaxboard.entropy {
    requires info.picocli;
    requires com.fasterxml.jackson.core;
    requires java.logging; // Bouncy Castle, where KMAC256 is used
    requires jdk.unsupported; // sun.misc.Signal

    exports maaxboard.entropy.linux;
    exports maaxboard.entropy.pkcs11 to maaxboard.tokentools;
    exports maaxboard.entropy.health;
    exports maaxboard.entropy.region;
    exports maaxboard.entropy.source;
    exports maaxboard.entropy.daemon to maaxboard.tokentools; // how module, token and PIN are named
    exports maaxboard.entropy.cli to maaxboard.tokentools; // exit codes
}
