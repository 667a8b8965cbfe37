// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.region;

import java.util.regex.Pattern;

/** Where a region lies, as written after {@code --region} or in the configuration. */
public sealed interface RegionSpec {
    /** The UIO device that the board's device tree names. */
    String DEFAULT = "uio:entropy";

    /** A UIO device, found by its name. */
    record Device(String name) implements RegionSpec {
        @Override
        public String toString() {
            return "uio:" + name;
        }
    }

    /** One plain file, or two: then the second holds the control page. */
    record Files(Part data, Part control) implements RegionSpec {
        @Override
        public String toString() {
            return control == null ? data.toString() : data + "," + control;
        }
    }

    /**
     * A part of a plain file.
     *
     * @param path the file
     * @param offset bytes, a multiple of 4096
     * @param size bytes, a multiple of 4096; 0 = to the end of the file
     */
    record Part(String path, long offset, long size) {
        @Override
        public String toString() {
            return offset == 0 && size == 0 ? path : "%s@0x%x+0x%x".formatted(path, offset, size);
        }
    }

    /**
     * Reads {@code uio:NAME}, {@code FILE} or {@code DATA,CONTROL}, each file with an optional {@code @OFFSET+SIZE}.
     *
     * @throws IllegalArgumentException with what was expected
     */
    static RegionSpec parse(String text) {
        if (text.startsWith("uio:")) {
            if (text.length() == 4) {
                throw new IllegalArgumentException("'" + text + "': expected a device name after 'uio:'");
            }
            return new Device(text.substring(4));
        }
        var parts = text.split(",", -1);
        if (parts.length > 2) {
            throw new IllegalArgumentException("'" + text + "': expected uio:NAME, FILE or DATA,CONTROL");
        }
        return new Files(part(parts[0]), parts.length == 2 ? part(parts[1]) : null);
    }

    private static Part part(String text) {
        var matcher = Holder.PART.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "': expected FILE or FILE@OFFSET+SIZE");
        }
        if (matcher.group(2) == null) {
            return new Part(matcher.group(1), 0, 0);
        }
        return new Part(matcher.group(1), number(matcher.group(2), text, true), number(matcher.group(3), text, false));
    }

    private static long number(String digits, String text, boolean zeroAllowed) {
        try {
            long value = Long.decode(digits);
            if (value % RegionLayout.PAGE == 0 && (value > 0 || zeroAllowed && value == 0)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("'" + text + "': expected offset and size as multiples of 4096, decimal or 0xHEX");
    }

    /** Keeps the pattern out of the interface's public face. */
    final class Holder {
        private static final Pattern PART = Pattern.compile("([^@,]+)(?:@([0-9a-fA-Fx]+)\\+([0-9a-fA-Fx]+))?");

        private Holder() {
        }
    }
}
