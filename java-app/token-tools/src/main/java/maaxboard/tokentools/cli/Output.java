// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import maaxboard.entropy.cli.ExitCode;

/** Results in a file, there whole or not at all, or on standard output. */
final class Output {
    private Output() {
    }

    /** @param file null or {@code -}: standard output */
    static void write(String file, String text) throws IOException, CliException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(String file, byte[] bytes) throws IOException, CliException {
        if (file == null || file.equals("-")) {
            System.out.write(bytes, 0, bytes.length);
            System.out.flush();
            return;
        }
        var target = Path.of(file);
        Path aside = null;
        try {
            aside = Files.createTempFile(target.toAbsolutePath().getParent(), "." + target.getFileName(), ".part");
            Files.write(aside, bytes);
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            if (aside != null) {
                Files.deleteIfExists(aside);
            }
            throw new CliException(ExitCode.CANNOT_CREATE, "output " + target + ": cannot be written");
        }
    }
}
