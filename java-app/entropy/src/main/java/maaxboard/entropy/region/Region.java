// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import static maaxboard.entropy.region.RegionException.Kind.BUSY;
import static maaxboard.entropy.region.RegionException.Kind.IO;
import static maaxboard.entropy.region.RegionException.Kind.MISMATCH;
import static maaxboard.entropy.region.RegionException.Kind.MISSING;
import static maaxboard.entropy.region.RegionException.Kind.NOT_PERMITTED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import maaxboard.entropy.linux.DeviceMemory;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.Mapping;
import maaxboard.entropy.linux.Uio;
import maaxboard.entropy.linux.Waiter;

/** An open region: its maps, found by name, checked for size, and mapped for one of the two roles. */
public final class Region implements AutoCloseable {
    /** Who opens the region. */
    public enum Role {
        /** Writes data, reads control; keeps other producers out. */
        PRODUCER,
        /** Reads data, writes control. */
        CONSUMER,
        /** Reads both. */
        OBSERVER
    }

    /** More than the largest ring takes. */
    private static final long MOST_BYTES = 1L << 30;

    private final RegionSpec spec;
    private final List<Mapping> mappings = new ArrayList<>();
    private final boolean device;
    private DeviceMemory data;
    private DeviceMemory control;
    private DeviceMemory doorbell;
    private boolean oneMap;

    private Region(RegionSpec spec) {
        this.spec = spec;
        device = spec instanceof RegionSpec.Device;
    }

    /** Opens the region; nothing is written. */
    public static Region open(RegionSpec spec, Role role) throws RegionException {
        var region = new Region(spec);
        try {
            if (spec instanceof RegionSpec.Device(var name)) {
                region.openDevice(name, role);
            } else if (spec instanceof RegionSpec.Files(var data, var control)) {
                region.openFiles(data, control, role);
            }
            return region;
        } catch (LinuxException e) {
            region.close();
            throw region.explained(e);
        } catch (RegionException e) {
            region.close();
            throw e;
        }
    }

    private RegionException explained(LinuxException e) {
        if (e.busy()) {
            return new RegionException(BUSY, "region " + spec + ": another producer holds it; stop that one first");
        }
        if (e.notPermitted()) {
            return new RegionException(NOT_PERMITTED, "region " + spec + ": " + e.getMessage()
                    + "; run as the user or group that owns the device or file");
        }
        if (e.notFound()) {
            return new RegionException(MISSING, "region " + spec + ": " + e.getMessage());
        }
        return new RegionException(IO, "region " + spec + ": " + e.getMessage());
    }

    private void openDevice(String name, Role role) throws RegionException, LinuxException {
        Uio uio;
        try {
            uio = Uio.named(name).orElseThrow(() -> new RegionException(MISSING, "region " + spec
                    + ": no UIO device of that name in /sys/class/uio; expected a generic-uio node with linux,uio-name = \""
                    + name + "\" in the device tree and uio_pdrv_genirq.of_id=generic-uio on the kernel command line"));
        } catch (IOException e) {
            throw new RegionException(IO, "region " + spec + ": /sys/class/uio: " + e.getMessage());
        }
        var dataMap = map(uio, "data", 0);
        if (uio.maps().size() == 1) {
            var all = map(uio, dataMap, role == Role.OBSERVER ? Mapping.Access.READ : access(role, true));
            split(all);
            return;
        }
        data = map(uio, dataMap, access(role, true));
        control = map(uio, map(uio, "control", 1), access(role, false));
        if (role == Role.PRODUCER && uio.maps().size() > 2) {
            doorbell = map(uio, map(uio, "doorbell", 2), Mapping.Access.WRITE);
        }
        checkPages(data.size(), control.size());
    }

    private Uio.Map map(Uio uio, String name, int number) throws RegionException {
        return uio.maps().stream().filter(map -> map.name().equals(name)).findFirst()
                .or(() -> uio.maps().stream().filter(map -> map.number() == number && map.name().isEmpty()).findFirst())
                .orElseThrow(() -> new RegionException(MISMATCH, "region " + spec + ": " + uio.device() + " has no map '" + name
                        + "'; expected reg-names = \"data\", \"control\" in the device tree"));
    }

    private DeviceMemory map(Uio uio, Uio.Map map, Mapping.Access access) throws RegionException, LinuxException {
        return map(uio.device().toString(), (long) map.number() * RegionLayout.PAGE, map.size(), access);
    }

    private DeviceMemory map(String path, long offset, long size, Mapping.Access access)
            throws RegionException, LinuxException {
        if (size > MOST_BYTES) {
            throw new RegionException(MISMATCH, "region " + spec + ": " + path + ": " + size + " bytes; expected at most "
                    + MOST_BYTES);
        }
        var mapping = Mapping.open(path, offset, size, access);
        mappings.add(mapping);
        return mapping.memory();
    }

    /** A one-map region must be writable for either role; in two maps each role writes its own. */
    private static Mapping.Access access(Role role, boolean dataMap) {
        return switch (role) {
            case PRODUCER -> dataMap ? Mapping.Access.WRITE_LOCKED : Mapping.Access.READ;
            case CONSUMER -> dataMap ? Mapping.Access.READ : Mapping.Access.WRITE;
            case OBSERVER -> Mapping.Access.READ;
        };
    }

    private void openFiles(RegionSpec.Part dataPart, RegionSpec.Part controlPart, Role role)
            throws RegionException, LinuxException {
        long dataSize = size(dataPart);
        if (controlPart == null) {
            if (dataSize < 3L * RegionLayout.PAGE || dataSize % RegionLayout.PAGE != 0) {
                throw new RegionException(MISMATCH, "region " + spec + ": " + dataSize
                        + " bytes; expected at least 12288 and a multiple of 4096 (header, slots, control page)");
            }
            split(map(dataPart.path(), dataPart.offset(), dataSize, switch (role) {
                case PRODUCER -> Mapping.Access.WRITE_LOCKED;
                case CONSUMER -> Mapping.Access.WRITE;
                case OBSERVER -> Mapping.Access.READ;
            }));
            return;
        }
        long controlSize = size(controlPart);
        checkPages(dataSize, controlSize);
        data = map(dataPart.path(), dataPart.offset(), dataSize, access(role, true));
        control = map(controlPart.path(), controlPart.offset(), controlSize, access(role, false));
    }

    private long size(RegionSpec.Part part) throws RegionException {
        var path = Path.of(part.path());
        try {
            if (!Files.exists(path)) {
                throw new RegionException(MISSING, "region " + spec + ": no file " + path
                        + "; make one with: truncate -s 64K " + path);
            }
            long there = Files.size(path);
            if (part.size() == 0) {
                return there;
            }
            if (part.offset() + part.size() > there) {
                throw new RegionException(MISMATCH, "region " + spec + ": " + path + " has " + there + " bytes, expected at least "
                        + (part.offset() + part.size()));
            }
            return part.size();
        } catch (IOException e) {
            throw new RegionException(IO, "region " + spec + ": " + e.getMessage());
        }
    }

    private void checkPages(long dataSize, long controlSize) throws RegionException {
        if (dataSize < 2L * RegionLayout.PAGE || dataSize % RegionLayout.PAGE != 0) {
            throw new RegionException(MISMATCH, "region " + spec + ": data map of " + dataSize
                    + " bytes; expected at least 8192 and a multiple of 4096");
        }
        if (controlSize < RegionLayout.PAGE || controlSize % RegionLayout.PAGE != 0) {
            throw new RegionException(MISMATCH, "region " + spec + ": control map of " + controlSize
                    + " bytes; expected at least 4096 and a multiple of 4096");
        }
    }

    private void split(DeviceMemory all) throws RegionException {
        oneMap = true;
        int dataSize = (int) all.size() - RegionLayout.PAGE;
        checkPages(dataSize, RegionLayout.PAGE);
        data = all.slice(0, dataSize);
        control = all.slice(dataSize, RegionLayout.PAGE);
    }

    /** Header page and slots. */
    public DeviceMemory data() {
        return data;
    }

    /** The consumer's page. */
    public DeviceMemory control() {
        return control;
    }

    /** Whether data and control share one map: then nothing enforces who writes what. */
    public boolean oneMap() {
        return oneMap;
    }

    public RegionSpec spec() {
        return spec;
    }

    /** Tells the VMM that there is news for the consumer; without a doorbell map it does nothing. */
    public void ringDoorbell() {
        if (doorbell != null) {
            doorbell.setInt(0, 1);
        }
    }

    /** A waiter for the producer's thread, woken by the device's interrupt too if the region is a device. */
    public Waiter newWaiter() throws RegionException {
        try {
            return device ? Waiter.withInterrupts(mappings.getFirst()) : Waiter.create();
        } catch (LinuxException e) {
            throw explained(e);
        }
    }

    @Override
    public void close() {
        mappings.forEach(Mapping::close);
        mappings.clear();
    }
}
