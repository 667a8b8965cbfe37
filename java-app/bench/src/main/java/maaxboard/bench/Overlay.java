// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Images with more files in their root: the kernel unpacks a second archive over the first. */
final class Overlay {
    private Overlay() {
    }

    /** @param root holds the files as they shall lie in the guest's root; @return a folder of images, below that one's parent */
    static Path of(Path images, Path root) throws IOException {
        var folder = Files.createDirectories(root.resolveSibling("images"));
        Files.createSymbolicLink(folder.resolve("Image"), images.resolve("Image"));
        var target = folder.resolve("rootfs.cpio.gz");
        Files.copy(images.resolve("rootfs.cpio.gz"), target);
        Programs.run(java.util.Map.of(), "sh", "-c", "cd '" + root + "' && find . | cpio --create --format=newc --owner=0:0 --quiet"
                + " | gzip -1 >>'" + target + "'");
        return folder;
    }

    /** Classes of this program in a JAR, there in the root. */
    static void jar(Path root, String jar, Class<?>... classes) throws IOException {
        var file = root.resolve(jar);
        Files.createDirectories(file.getParent());
        try (var out = new JarOutputStream(Files.newOutputStream(file))) {
            for (var type : List.of(classes)) {
                var name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(name));
                try (var in = type.getClassLoader().getResourceAsStream(name)) {
                    in.transferTo(out);
                }
            }
        }
    }
}
