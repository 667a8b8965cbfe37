// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import maaxboard.entropy.linux.ProcessInfo;
import maaxboard.entropy.linux.UsbDevice;

/** The reader's driver and the daemon that loads it. */
final class PcscdChecks {
    /** pcscd options that write what cards answer into its log. */
    private static final Set<String> TELLTALE = Set.of("-a", "--apdu");

    private PcscdChecks() {
    }

    static Check driver(List<DriverBundle> bundles, List<UsbDevice> readers, boolean tokensSeen, Path folder) {
        for (var bundle : bundles) {
            if (!Files.exists(bundle.library())) {
                return Check.notOk("ccid-driver", bundle.library() + " is not there", "install the ccid driver anew");
            }
            if (!bundle.even()) {
                return Check.notOk("ccid-driver", bundle.folder() + "/Contents/Info.plist lists vendors, products and names of"
                        + " different number: pcscd takes no USB reader then", "mend the lists, or install the ccid driver anew");
            }
        }
        for (var reader : readers) {
            if (bundles.stream().noneMatch(bundle -> bundle.drives(reader))) {
                return bundles.isEmpty() ? Check.notOk("ccid-driver", "no driver bundle in " + folder,
                        "install the ccid driver (package ccid, Debian: libccid)")
                        : Check.notOk("ccid-driver", "no driver in " + folder + " lists reader " + reader.ids(),
                        "install a newer ccid driver, or add the reader to its list (add-readers) and restart pcscd");
            }
        }
        if (bundles.isEmpty()) {
            return tokensSeen ? Check.ok("ccid-driver", "none; the tokens are in readers that are not on USB")
                    : Check.notOk("ccid-driver", "no driver bundle in " + folder,
                            "install the ccid driver (package ccid, Debian: libccid)");
        }
        return Check.ok("ccid-driver", Doctor.list(bundles.stream().map(bundle -> (bundle.folder().getFileName() + " "
                + bundle.version()).strip()).toList()));
    }

    static Check process(List<ProcessInfo> pcscd) {
        if (pcscd.isEmpty()) {
            return Check.notOk("pcscd", "does not run", "start it: /etc/init.d/S60pcscd start (Debian: systemctl start pcscd)");
        }
        var daemon = pcscd.getFirst();
        if (daemon.arguments().stream().anyMatch(TELLTALE::contains)) {
            return Check.notOk("pcscd", "process " + daemon.pid() + " runs with --apdu: it logs the random bytes",
                    "take --apdu out of PCSCD_ARGS in /etc/default/pcscd, and delete its log");
        }
        return Check.ok("pcscd", "process " + daemon.pid() + ", user ID " + daemon.user());
    }
}
