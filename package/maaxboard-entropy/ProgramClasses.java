// SPDX-License-Identifier: BSD-2-Clause
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ConstantPool;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * {@code java ProgramClasses.java FOLDER}: prints, for -XX:SharedClassListFile, the classes below FOLDER in order, then the
 * entries of their constant pools that can be looked up when the JVM's archive is made, lambdas among them. The JVM takes
 * of them what does not depend on the run.
 */
final class ProgramClasses {
    private static final Set<Integer> LOOKED_UP = Set.of(PoolEntry.TAG_CLASS, PoolEntry.TAG_FIELDREF, PoolEntry.TAG_METHODREF,
            PoolEntry.TAG_INTERFACE_METHODREF, PoolEntry.TAG_INVOKE_DYNAMIC);

    private ProgramClasses() {
    }

    public static void main(String[] args) throws IOException {
        List<Path> files;
        try (var walk = Files.walk(Path.of(args[0]))) {
            files = walk.filter(file -> file.toString().endsWith(".class") && !file.endsWith("module-info.class"))
                    .sorted().toList();
        }
        for (var file : files) {
            System.out.println(name(file));
        }
        for (var file : files) {
            var entries = entries(ClassFile.of().parse(file).constantPool());
            if (!entries.isEmpty()) {
                System.out.println("@cp " + name(file) + " " + entries);
            }
        }
    }

    private static String name(Path file) throws IOException {
        return ClassFile.of().parse(file).thisClass().asInternalName();
    }

    private static String entries(ConstantPool pool) {
        return StreamSupport.stream(pool.spliterator(), false).filter(entry -> LOOKED_UP.contains((int) entry.tag()))
                .map(entry -> Integer.toString(entry.index())).collect(Collectors.joining(" "));
    }
}
