// SPDX-License-Identifier: BSD-2-Clause

/** A software OpenPGP card for demos and tests. It is no source of entropy and never part of the guest image. */
module maaxboard.virtualtoken {
    requires info.picocli;
    requires jdk.net;

    exports maaxboard.virtualtoken;
    exports maaxboard.virtualtoken.card;
    exports maaxboard.virtualtoken.fault;
    exports maaxboard.virtualtoken.pcsc;
    exports maaxboard.virtualtoken.transport;
}
