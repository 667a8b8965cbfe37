// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.source;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import maaxboard.entropy.linux.Descriptor;

/** Where a PIN is read from: a file or an inherited descriptor, never the command line. */
public final class PinSource {
    private static final int MAX_PIN = 256;

    private final Path file;
    private final int descriptor;

    /**
     * @param text an absolute path, {@code file:PATH} or {@code fd:N}
     * @throws IllegalArgumentException for anything else; the text is not repeated, it may be the PIN itself
     */
    public PinSource(String text) {
        if (text.matches("fd:[0-9]{1,6}")) {
            file = null;
            descriptor = Integer.parseInt(text.substring(3));
            return;
        }
        descriptor = -1;
        if (text.startsWith("file:") && text.length() > 5) {
            file = Path.of(text.substring(5).replaceFirst("^//", ""));
        } else if (text.startsWith("/")) {
            file = Path.of(text);
        } else {
            throw new IllegalArgumentException("expected file:PATH, an absolute path or fd:N");
        }
    }

    /**
     * The first line without its end, as bytes. The caller wipes them. A pipe gives it once.
     *
     * @throws IOException if it cannot be read, is empty or longer than 256 bytes; the message names the file only
     */
    public byte[] read() throws IOException {
        var name = "pin-source " + (file == null ? "fd:" + descriptor : file);
        var buffer = new byte[MAX_PIN + 2];
        try {
            int there = fill(buffer);
            int length = 0;
            while (length < there && buffer[length] != '\n') {
                length++;
            }
            if (length > 0 && buffer[length - 1] == '\r') {
                length--;
            }
            if (length == 0 || length > MAX_PIN) {
                throw new IOException(name + ": expected one line of 1 to " + MAX_PIN + " bytes");
            }
            return Arrays.copyOf(buffer, length);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    private int fill(byte[] buffer) throws IOException {
        if (file == null) {
            return Descriptor.readLine(descriptor, buffer);
        }
        try (var in = new FileInputStream(file.toFile())) {
            return in.readNBytes(buffer, 0, buffer.length);
        } catch (IOException e) {
            throw new IOException("pin-source " + file + ": cannot be read");
        }
    }
}
