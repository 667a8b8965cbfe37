// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import maaxboard.guest.Project;

/** What the image's parts take. */
final class SizesSubject implements Subject {
    private static final double MEGABYTE = 1e6;
    /** As {@code make image} prints them, where there is a limit. */
    private static final Map<String, Double> LIMITS = Map.of("rootfs.cpio.gz", 28.0, "Java-runtime", 24.0);

    @Override
    public String name() {
        return "sizes";
    }

    @Override
    public String about() {
        return "Sizes of the image's parts (" + GuestSubject.images() + "), in millions of bytes. With Buildroot's, what each package brings"
                + " stands in its sizes-by-package.txt.";
    }

    @Override
    public List<Row> measure(Path folder) throws Exception {
        // sizes.sh writes its table into the folder, too.
        for (var name : List.of("Image", "rootfs.cpio.gz")) {
            Files.createSymbolicLink(folder.resolve(name), Project.images().resolve(name).toRealPath());
        }
        var table = Programs.run(Map.of(), "sh", "-c", "\"$1\" \"$2\" 2>/dev/null || [ $? -eq 65 ]", "sh",
                Project.top().resolve("board/maaxboard/sizes.sh").toString(), folder.toString());
        var rows = new ArrayList<Row>();
        table.lines().skip(1).forEach(line -> {
            var words = line.split("\\s+");
            rows.add(Row.alone(words[0].replace('-', ' '), "MB", LIMITS.getOrDefault(words[0], 0.0),
                    Double.parseDouble(words[1]) / MEGABYTE));
        });
        var root = folder.resolve("root");
        EmptyJvm.into(root, folder, OneNativeCall.class);
        rows.add(Row.alone("archive of a JVM that calls getpid once", "MB", 0, EmptyJvm.archive(root, OneNativeCall.class) / MEGABYTE));
        return rows;
    }
}
