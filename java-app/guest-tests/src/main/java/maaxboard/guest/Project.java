// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.guest;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where things are: the repository, and the images to boot. */
public final class Project {
    private Project() {
    }

    /** The repository's top folder. */
    public static Path top() {
        for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve("board/qemu/run.sh"))) {
                return folder;
            }
        }
        throw new GuestException("no board/qemu/run.sh above " + Path.of("").toAbsolutePath());
    }

    /** The images folder: what the environment's IMAGES names, else the quick guest's. */
    public static Path images() {
        var named = System.getenv("IMAGES");
        var folder = named == null || named.isEmpty() ? top().resolve("build/quick-guest") : Path.of(named);
        for (var file : new String[] {"Image", "rootfs.cpio.gz"}) {
            if (!Files.isReadable(folder.resolve(file))) {
                throw new GuestException("no " + file + " in " + folder + "; 'make check' and 'make demo' make the quick "
                        + "guest's, IMAGES=FOLDER names others");
            }
        }
        return folder.toAbsolutePath();
    }
}
