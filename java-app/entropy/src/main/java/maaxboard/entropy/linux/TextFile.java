// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A small text file, read at once. {@link java.nio.file.Files} would open a channel for it, some thirty classes at every start. */
public final class TextFile {
    private static final char REPLACEMENT = 0xfffd;

    private TextFile() {
    }

    /**
     * Reads it.
     *
     * @throws java.io.FileNotFoundException if it is not there or may not be read
     * @throws CharacterCodingException if it is not UTF-8
     */
    public static String read(Path file) throws IOException {
        try (var in = new FileInputStream(file.toString())) {
            var bytes = in.readAllBytes();
            var text = new String(bytes, StandardCharsets.UTF_8);
            // The decoder that tells right from wrong is asked only if something was replaced.
            return text.indexOf(REPLACEMENT) < 0 ? text : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        }
    }
}
