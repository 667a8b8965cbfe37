// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import maaxboard.entropy.linux.Uio;
import maaxboard.entropy.region.Reason;
import maaxboard.entropy.region.RegionException;
import maaxboard.entropy.region.RegionHeader;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.entropy.region.State;

/** The highest floor: the device, its maps, and what the producer has written there. */
final class RegionChecks {
    private static final String START = "start the service: /etc/init.d/S70maaxboard-entropy start";

    private RegionChecks() {
    }

    /** @param devices the folder /dev */
    static Check device(String name, List<Uio> found, Path devices) {
        var device = found.stream().filter(uio -> uio.name().equals(name)).findFirst().orElse(null);
        if (device == null) {
            return Check.notOk("region-device", found.isEmpty() ? "no UIO device in sysfs" : "no UIO device '" + name
                    + "' among " + Doctor.list(found.stream().map(Uio::name).toList()),
                    "the device tree needs a generic-uio node with linux,uio-name = \"" + name
                            + "\", the kernel UIO_PDRV_GENIRQ and uio_pdrv_genirq.of_id=generic-uio");
        }
        var node = devices.resolve(device.device().getFileName());
        if (!Files.exists(node)) {
            return Check.notOk("region-device", node + " is not there", "udev or devtmpfs must make the node; see that udevd runs");
        }
        if (!Files.isReadable(node)) {
            return Check.notOk("region-device", node + " may not be opened by this user",
                    "be root or of group entropy; the udev rule 70-maaxboard-entropy.rules gives it to that group");
        }
        return Check.ok("region-device", node + ": " + Doctor.list(device.maps().stream()
                .map(map -> "%s 0x%x at 0x%x".formatted(map.name(), map.size(), map.address())).toList()));
    }

    static Check maps(long dataSize, long controlSize, boolean oneMap) {
        return Check.ok("region-maps", oneMap ? dataSize + controlSize
                + " bytes in one map: nothing enforces which side writes where"
                : "data " + dataSize + " bytes, control " + controlSize + " bytes");
    }

    static String advice(RegionException e) {
        return switch (e.kind()) {
            case MISSING -> "see 'region' in /etc/maaxboard-entropy.conf and the line above";
            case NOT_PERMITTED -> "be root or of group entropy";
            case MISMATCH -> "the device tree must give a data map of at least 8192 bytes and a control map of 4096";
            case BUSY, IO -> "see the kernel's messages";
        };
    }

    /**
     * @param now CLOCK_MONOTONIC, nanoseconds
     * @param limit nanoseconds after which a heartbeat is too old
     */
    static Check header(RegionHeader header, boolean oneMap, long dataSize, long now, long limit) {
        if (!header.present()) {
            return Check.notOk("region-header", "no producer has been here", START);
        }
        if (header.version() != RegionLayout.ABI_VERSION || header.oneMap() != oneMap
                || Integer.toUnsignedLong(header.slotBytes()) * Integer.toUnsignedLong(header.slotCount())
                        > dataSize - RegionLayout.SLOTS) {
            return Check.notOk("region-header", "ABI version " + header.version() + ", "
                    + (header.oneMap() ? "one map, " : "two maps, ") + Integer.toUnsignedString(header.slotCount())
                    + " slots of " + Integer.toUnsignedString(header.slotBytes()) + " bytes do not fit these maps",
                    "producer and consumer must be of one version and configuration");
        }
        var state = header.state() + (header.reason() == Reason.NONE ? "" : ", " + header.reason().text());
        if (header.state() == State.NONE || header.state() == State.STOPPED) {
            return Check.notOk("region-header", state, START);
        }
        long age = now - header.heartbeat();
        if (age > limit || age < -limit) {
            return Check.notOk("region-header", state + ", but the last heartbeat is "
                    + (age < 0 ? "of another boot" : age / 1_000_000_000 + " s old"), START);
        }
        if (header.full() < 0) {
            return Check.notOk("region-header", state + ", but the consumer's head lies outside the ring",
                    "start the consumer on seL4 anew");
        }
        var fill = header.full() + " of " + header.slotCount() + " slots full, " + header.published()
                + " bytes published, consumer " + (header.consumerPresent() ? "attached" : "not attached yet");
        return switch (header.state()) {
            case FAILED -> Check.notOk("region-header", state + ": nothing is published",
                    "'entropy status' names the token; replace it, then 'entropy clear --serial SERIAL'");
            case WAITING -> Check.notOk("region-header", state + ": nothing is published",
                    "mend what is below; 'entropy status' tells more");
            case DEGRADED -> Check.notOk("region-header", state + "; " + fill,
                    "'entropy status' names the token that is missing or quarantined");
            default -> Check.ok("region-header", state + "; " + fill);
        };
    }
}
