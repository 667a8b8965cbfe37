// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import maaxboard.entropy.linux.UsbDevice;

/**
 * A reader driver as pcscd finds it: a folder NAME.bundle with Contents/Info.plist. pcscd gives it the readers that
 * Info.plist lists by vendor and product, and no other, whatever their class: of a driver that calls itself
 * CCIDCLASSDRIVER it only prefers another one that lists the reader too (hotplug_libudev.c of pcsc-lite).
 *
 * @param library the shared library that Info.plist names
 * @param even whether the lists of vendors, products and names have one length; otherwise pcscd gives up on USB readers
 * @param readers vendor and product of the readers it lists, such as {@code 20a0:4211}
 */
record DriverBundle(Path folder, Path library, String version, boolean even, Set<String> readers) {
    private static final Pattern ARRAY = Pattern.compile("<key>([A-Za-z]+)</key>\\s*<array>(.*?)</array>",
            Pattern.DOTALL);
    private static final Pattern STRING = Pattern.compile("<key>([A-Za-z]+)</key>\\s*<string>([^<]*)</string>");
    private static final Pattern ELEMENT = Pattern.compile("<string>\\s*0x([0-9A-Fa-f]{1,4})\\s*</string>");
    private static final Pattern NAME = Pattern.compile("<string>[^<]*</string>");
    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);

    /** The bundles in that folder; one whose Info.plist is missing or names no library is left out. */
    static List<DriverBundle> all(Path folder) throws IOException {
        var found = new ArrayList<DriverBundle>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (var bundles = Files.newDirectoryStream(folder, "*.bundle")) {
            for (var bundle : bundles) {
                var description = bundle.resolve("Contents/Info.plist");
                if (Files.exists(description)) {
                    var parsed = parse(bundle, Files.readString(description));
                    if (parsed != null) {
                        found.add(parsed);
                    }
                }
            }
        }
        return found;
    }

    static DriverBundle parse(Path folder, String description) {
        var text = COMMENT.matcher(description).replaceAll("");
        String executable = null;
        String version = "";
        for (var string = STRING.matcher(text); string.find(); ) {
            switch (string.group(1)) {
                case "CFBundleExecutable" -> executable = string.group(2);
                case "CFBundleShortVersionString" -> version = string.group(2);
                default -> { }
            }
        }
        if (executable == null) {
            return null;
        }
        List<String> vendors = List.of();
        List<String> products = List.of();
        long names = 0;
        for (var array = ARRAY.matcher(text); array.find(); ) {
            switch (array.group(1)) {
                case "ifdVendorID" -> vendors = elements(array.group(2));
                case "ifdProductID" -> products = elements(array.group(2));
                case "ifdFriendlyName" -> names = NAME.matcher(array.group(2)).results().count();
                default -> { }
            }
        }
        var readers = new HashSet<String>();
        for (int i = 0; i < Math.min(vendors.size(), products.size()); i++) {
            readers.add(vendors.get(i) + ":" + products.get(i));
        }
        return new DriverBundle(folder, folder.resolve("Contents/Linux").resolve(executable), version,
                vendors.size() == products.size() && vendors.size() == names, readers);
    }

    private static List<String> elements(String array) {
        return ELEMENT.matcher(array).results()
                .map(match -> "%04x".formatted(Integer.parseInt(match.group(1), 16))).toList();
    }

    boolean drives(UsbDevice reader) {
        return readers.contains(reader.ids());
    }
}
