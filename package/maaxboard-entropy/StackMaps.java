// SPDX-License-Identifier: BSD-2-Clause
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code java StackMaps.java JAR...}: writes the classes of old class-file versions anew, with stack maps. The JVM takes
 * only such classes into its archive of loaded classes, and verifies the others slowly at every start. picocli is
 * compiled for Java 5.
 */
final class StackMaps {
    private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_7_VERSION;

    private StackMaps() {
    }

    public static void main(String[] jars) throws IOException {
        for (var jar : jars) {
            rewrite(Path.of(jar));
        }
    }

    private static void rewrite(Path jar) throws IOException {
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                var files = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
            var resolver = ClassHierarchyResolver.ofResourceParsing(loader).orElse(ClassHierarchyResolver.defaultResolver());
            var classFile = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(resolver));
            List<Path> classes;
            try (var all = Files.walk(files.getPath("/"))) {
                classes = all.filter(path -> path.toString().endsWith(".class")).toList();
            }
            for (var path : classes) {
                var time = Files.getLastModifiedTime(path);
                var model = classFile.parse(Files.readAllBytes(path));
                if (model.majorVersion() < FIRST_WITH_STACK_MAPS) {
                    // Only code that is built anew gets its stack maps.
                    Files.write(path, classFile.transformClass(model, ClassTransform
                            .transformingMethodBodies((code, element) -> code.with(element))
                            .andThen(ClassTransform.endHandler(type -> type.withVersion(FIRST_WITH_STACK_MAPS, 0)))));
                    Files.setLastModifiedTime(path, time);
                }
            }
        }
    }
}
