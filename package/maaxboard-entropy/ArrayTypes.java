// SPDX-License-Identifier: BSD-2-Clause
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.List;
import java.util.Map;

/**
 * {@code java ArrayTypes.java JAR}: adds a class to the wrapper's module that is never run. The JVM puts a lambda into its
 * archive of loaded classes only where all classes that the lambda's types name are loaded while the archive is made. The
 * JDK's linker of native calls has five lambdas with arrays of its own classes, and nobody makes such an array then; each
 * of the five would be put together anew at every start. Looking up a method handle's call loads what the call's type
 * names, though the call itself is refused because the names are the JDK's own. So the class has a call for each of them.
 */
final class ArrayTypes {
    private static final String CLASS = "maaxboard.entropy.memory.ArrayTypes";
    private static final String LINKER = "jdk.internal.foreign.abi.";
    private static final List<String> ELEMENTS = List.of("VMStorage", "Binding$Move", "Binding$VMStore", "Binding$VMLoad");

    private ArrayTypes() {
    }

    public static void main(String[] args) throws IOException {
        var type = ClassFile.of().build(ClassDesc.of(CLASS), added -> added
                .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC)
                .withMethodBody("types", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_MethodHandle),
                        ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC, code -> {
                            for (var element : ELEMENTS) {
                                var array = ClassDesc.of(LINKER + element).arrayType();
                                code.aload(0).aconst_null().invokevirtual(ConstantDescs.CD_MethodHandle, "invokeExact",
                                        MethodTypeDesc.of(ConstantDescs.CD_void, array));
                            }
                            code.return_();
                        }));
        try (var files = FileSystems.newFileSystem(URI.create("jar:" + Path.of(args[0]).toUri()), Map.of())) {
            var path = files.getPath(CLASS.replace('.', '/') + ".class");
            Files.write(path, type);
            // Two builds give the same bytes.
            var time = Files.getLastModifiedTime(files.getPath("module-info.class"));
            Files.getFileAttributeView(path, BasicFileAttributeView.class).setTimes(time, time, time);
        }
    }
}
