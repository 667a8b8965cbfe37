// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A running process as proc(5) shows it.
 *
 * @param user its effective user ID
 * @param groups its effective and supplementary group IDs
 */
public record ProcessInfo(int pid, List<String> arguments, int user, Set<Integer> groups) {

    /** This process's number. */
    public static int own() {
        return Libc.getpid();
    }

    /**
     * The processes whose program has that name.
     *
     * @param proc the folder /proc
     */
    public static List<ProcessInfo> named(String name, Path proc) throws IOException {
        var found = new ArrayList<ProcessInfo>();
        try (var entries = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (var entry : entries) {
                try {
                    if (Files.readString(entry.resolve("comm")).strip().equals(name)) {
                        read(entry).ifPresent(found::add);
                    }
                } catch (IOException e) {
                    // It has ended meanwhile.
                }
            }
        }
        return found;
    }

    /** Nothing if it has ended and only waits for its parent to notice. */
    private static Optional<ProcessInfo> read(Path folder) throws IOException {
        var arguments = new String(Files.readAllBytes(folder.resolve("cmdline")), StandardCharsets.ISO_8859_1).split("\0");
        int user = 0;
        var groups = new TreeSet<Integer>();
        for (var line : Files.readAllLines(folder.resolve("status"), StandardCharsets.ISO_8859_1)) {
            var words = line.strip().split("\\s+");
            switch (words[0]) {
                case "State:" -> {
                    if (words[1].equals("Z")) {
                        return Optional.empty();
                    }
                }
                case "Uid:" -> user = Integer.parseInt(words[2]);
                case "Gid:" -> groups.add(Integer.parseInt(words[2]));
                case "Groups:" -> {
                    for (int i = 1; i < words.length; i++) {
                        groups.add(Integer.parseInt(words[i]));
                    }
                }
                default -> { }
            }
        }
        return Optional.of(new ProcessInfo(Integer.parseInt(folder.getFileName().toString()), List.of(arguments), user,
                groups));
    }

    /** Whether this process may read and write that file, by its mode alone. */
    public boolean mayUse(Path file) throws IOException {
        int mode = (int) Files.getAttribute(file, "unix:mode");
        return user == 0
                || (int) Files.getAttribute(file, "unix:uid") == user && (mode & 0600) == 0600
                || groups.contains((int) Files.getAttribute(file, "unix:gid")) && (mode & 0060) == 0060
                || (mode & 0006) == 0006;
    }
}
