// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.linux.PrivateFile;
import maaxboard.entropy.linux.ProcessInfo;

/**
 * Output that is there whole or not at all: written aside with mode 0600 and renamed by {@link #commit}. Standard output
 * and special files are written directly.
 */
final class OutputFile implements AutoCloseable {
    private final Path target;
    private final Path aside;
    private final OutputStream stream;
    private boolean committed;

    private OutputFile(Path target, Path aside, OutputStream stream) {
        this.target = target;
        this.aside = aside;
        this.stream = stream;
    }

    /** @param name a path; null or {@code -}: standard output */
    static OutputFile open(String name) throws CliException {
        if (name == null || name.equals("-")) {
            return new OutputFile(null, null, new StandardOutput());
        }
        var target = Path.of(name);
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                if (Files.isDirectory(target)) {
                    throw new CliException(ExitCode.CANNOT_CREATE, "output " + target + ": is a folder; expected a file");
                }
                return new OutputFile(null, null, new BufferedOutputStream(new FileOutputStream(name)));
            }
            if (Files.exists(target) && !Files.isWritable(target)) {
                throw new CliException(ExitCode.CANNOT_CREATE, "output " + target + ": may not be written");
            }
            var folder = target.toAbsolutePath().getParent();
            // Named after the process, not at random: that would start the JDK's security providers.
            var aside = folder.resolve("." + target.getFileName() + "." + ProcessInfo.own() + ".part");
            Files.deleteIfExists(aside); // of a process that had this number before
            var file = PrivateFile.create(aside);
            aside.toFile().deleteOnExit();
            return new OutputFile(target, aside, file);
        } catch (IOException e) {
            throw new CliException(ExitCode.CANNOT_CREATE, "output " + target
                    + (e instanceof LinuxException linux && linux.notPermitted() ? ": its folder may not be written"
                            : ": cannot be created: " + e.getMessage()));
        }
    }

    /** Standard output that tells when its reader has gone: System.out only notes it. */
    private static final class StandardOutput extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            System.out.write(bytes, from, length);
            flush();
        }

        @Override
        public void flush() throws IOException {
            if (System.out.checkError()) {
                throw new IOException(Main.OUTPUT_LOST);
            }
        }
    }

    OutputStream stream() {
        return stream;
    }

    /** All is written: the file gets its name. */
    void commit() throws IOException {
        stream.flush();
        if (aside != null) {
            stream.close();
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        committed = true;
    }

    @Override
    public void close() throws IOException {
        if (aside != null && !committed) {
            stream.close();
            Files.deleteIfExists(aside);
        }
    }
}
