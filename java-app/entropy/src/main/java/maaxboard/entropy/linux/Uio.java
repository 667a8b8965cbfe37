// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A UIO device as sysfs describes it (Linux Documentation/driver-api/uio-howto.rst).
 *
 * @param name the device's name; for a generic-uio node the property linux,uio-name
 * @param device the device file
 * @param maps its maps, in order of their number
 */
public record Uio(String name, Path device, List<Map> maps) {
    private static final Path SYSFS = Path.of("/sys/class/uio");

    /**
     * One map of the device.
     *
     * @param number it is mapped at the file offset number x page size
     * @param name from reg-names; empty if the kernel gives none
     * @param address physical address
     * @param size bytes
     */
    public record Map(int number, String name, long address, long size) {
    }

    /** The devices there are, in order of their number. */
    public static List<Uio> all() throws IOException {
        return all(SYSFS);
    }

    /** The devices in a folder like /sys/class/uio. */
    public static List<Uio> all(Path sysfs) throws IOException {
        if (!Files.isDirectory(sysfs)) {
            return List.of();
        }
        var found = new ArrayList<Uio>();
        for (var entry : entries(sysfs)) {
            found.add(new Uio(line(entry.resolve("name")), Path.of("/dev").resolve(entry.getFileName()),
                    maps(entry.resolve("maps"))));
        }
        return found;
    }

    /** The device of that name, never by its number. */
    public static Optional<Uio> named(String name) throws IOException {
        return all().stream().filter(uio -> uio.name.equals(name)).findFirst();
    }

    private static List<Map> maps(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var maps = new ArrayList<Map>();
        for (var entry : entries(folder)) {
            int number = Integer.parseInt(entry.getFileName().toString().substring("map".length()));
            var name = entry.resolve("name");
            maps.add(new Map(number, Files.exists(name) ? line(name) : "", Long.decode(line(entry.resolve("addr"))),
                    Long.decode(line(entry.resolve("size")))));
        }
        maps.sort((a, b) -> Integer.compare(a.number, b.number));
        return maps;
    }

    private static List<Path> entries(Path folder) throws IOException {
        var names = folder.toFile().list();
        if (names == null) {
            throw new IOException(folder + ": cannot be listed");
        }
        Arrays.sort(names);
        var entries = new ArrayList<Path>();
        for (var name : names) {
            entries.add(folder.resolve(name));
        }
        return entries;
    }

    private static String line(Path file) throws IOException {
        return TextFile.read(file).strip();
    }
}
