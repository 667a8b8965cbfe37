// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import maaxboard.guest.Project;

/**
 * Programs of a few lines on the image's Java runtime, each with an archive of classes of its own, made as the image's is:
 * what a JVM takes before any code of ours is in it.
 */
final class EmptyJvm {
    private static final String JAR = "opt/bench.jar";
    /** Unpacks the root's programs and libraries, and makes the archives on them. */
    private static final String MAKE = """
            set -eu
            images=$1 unpacked=$2 root=$3
            shift 3
            mkdir -p "$unpacked/opt"
            cd "$unpacked"
            zcat "$images/rootfs.cpio.gz" | cpio --extract --make-directories --preserve-modification-time --quiet \
                --no-absolute-filenames 'usr/*' './usr/*' 'lib*' './lib*' 2>/dev/null
            cp -p "$root/opt/bench.jar" opt/
            emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64)
            java() {
                env -i PATH="$PATH" LC_ALL=C "$emulator" -cpu cortex-a53 -L "$unpacked" usr/lib/maaxboard-entropy/bin/java \
                    -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp "$unpacked/opt/bench.jar" "$@"
            }
            for program; do
                java -Xshare:off -XX:DumpLoadedClassList=classes "$program"
                java -Xshare:dump -XX:+AOTClassLinking -XX:SharedClassListFile=classes \
                    -XX:SharedArchiveFile="$root/opt/$program.jsa"
                [ -s "$root/opt/$program.jsa" ]
            done
            """;

    private EmptyJvm() {
    }

    /**
     * Puts the programs and their archives into the root of an overlay.
     *
     * @param folder for the unpacked image
     */
    static void into(Path root, Path folder, Class<?>... programs) throws IOException {
        Overlay.jar(root, JAR, programs);
        var command = new ArrayList<>(List.of("sh", "-c", MAKE, "sh", Project.images().toAbsolutePath().toString(),
                folder.resolve("unpacked").toAbsolutePath().toString(), root.toAbsolutePath().toString()));
        for (var program : programs) {
            command.add(program.getName());
        }
        Programs.run(Map.of(), command.toArray(String[]::new));
    }

    /** How a guest with that root starts the program. Without its archive it does not start. */
    static String command(Class<?> program) {
        return GuestSubject.JAVA + " -Xint -Xshare:on -XX:SharedArchiveFile=/opt/" + program.getName()
                + ".jsa --enable-native-access=ALL-UNNAMED -cp /" + JAR + " " + program.getName();
    }

    /** The archive's bytes. */
    static long archive(Path root, Class<?> program) throws IOException {
        return Files.size(root.resolve("opt/" + program.getName() + ".jsa"));
    }
}
