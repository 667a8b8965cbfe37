// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.pkcs11;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@link Layout} and {@link Constant} against a real pkcs11.h (Debian's libp11-kit-dev), by the C compiler's word. */
class LayoutIT {
    @TempDir
    Path folder;

    @Test
    void everyOffsetAndSizeIsTheCompilers() throws Exception {
        var expected = new LinkedHashMap<String, Long>();
        expected.put("sizeof(CK_ULONG)", (long) Layout.ULONG);
        function(expected, "C_InitToken", Layout.FunctionList.C_INIT_TOKEN);
        function(expected, "C_InitPIN", Layout.FunctionList.C_INIT_PIN);
        function(expected, "C_OpenSession", Layout.FunctionList.C_OPEN_SESSION);
        function(expected, "C_CloseSession", Layout.FunctionList.C_CLOSE_SESSION);
        function(expected, "C_Login", Layout.FunctionList.C_LOGIN);
        function(expected, "C_Logout", Layout.FunctionList.C_LOGOUT);
        function(expected, "C_CreateObject", Layout.FunctionList.C_CREATE_OBJECT);
        function(expected, "C_DestroyObject", Layout.FunctionList.C_DESTROY_OBJECT);
        function(expected, "C_GetAttributeValue", Layout.FunctionList.C_GET_ATTRIBUTE_VALUE);
        function(expected, "C_FindObjectsInit", Layout.FunctionList.C_FIND_OBJECTS_INIT);
        function(expected, "C_FindObjects", Layout.FunctionList.C_FIND_OBJECTS);
        function(expected, "C_FindObjectsFinal", Layout.FunctionList.C_FIND_OBJECTS_FINAL);
        function(expected, "C_SignInit", Layout.FunctionList.C_SIGN_INIT);
        function(expected, "C_Sign", Layout.FunctionList.C_SIGN);
        function(expected, "C_GenerateKeyPair", Layout.FunctionList.C_GENERATE_KEY_PAIR);
        function(expected, "C_GenerateRandom", Layout.FunctionList.C_GENERATE_RANDOM);
        expected.put("sizeof(CK_ATTRIBUTE)", (long) Layout.Attribute.SIZE);
        field(expected, "CK_ATTRIBUTE", "type", Layout.Attribute.TYPE);
        field(expected, "CK_ATTRIBUTE", "pValue", Layout.Attribute.VALUE);
        field(expected, "CK_ATTRIBUTE", "ulValueLen", Layout.Attribute.LENGTH);
        expected.put("sizeof(CK_MECHANISM)", (long) Layout.Mechanism.SIZE);
        field(expected, "CK_MECHANISM", "mechanism", Layout.Mechanism.TYPE);
        field(expected, "CK_MECHANISM", "pParameter", Layout.Mechanism.PARAMETER);
        field(expected, "CK_MECHANISM", "ulParameterLen", Layout.Mechanism.LENGTH);
        expected.put("sizeof(CK_RSA_PKCS_PSS_PARAMS)", (long) Layout.PssParams.SIZE);
        field(expected, "CK_RSA_PKCS_PSS_PARAMS", "hashAlg", Layout.PssParams.HASH);
        field(expected, "CK_RSA_PKCS_PSS_PARAMS", "mgf", Layout.PssParams.MGF);
        field(expected, "CK_RSA_PKCS_PSS_PARAMS", "sLen", Layout.PssParams.SALT);
        expected.put("CKF_RW_SESSION", Layout.CKF_RW_SESSION);
        expected.put("CKF_SERIAL_SESSION", Layout.CKF_SERIAL_SESSION);
        assertEquals(expected, compiled(expected));
    }

    @Test
    void everyConstantHasTheHeadersValue() throws Exception {
        var expected = new LinkedHashMap<String, Long>();
        for (var field : Constant.class.getDeclaredFields()) {
            expected.put(field.getName(), field.getLong(null));
        }
        assertEquals(expected, compiled(expected));
    }

    private static void function(Map<String, Long> expected, String name, int offset) {
        field(expected, "CK_FUNCTION_LIST", name, offset);
    }

    private static void field(Map<String, Long> expected, String struct, String field, int offset) {
        expected.put("offsetof(" + struct + ", " + field + ")", (long) offset);
    }

    /** What the C compiler makes of these expressions. */
    private Map<String, Long> compiled(Map<String, Long> expressions) throws Exception {
        var header = run("sh", "-c", "echo $(pkg-config --variable=includedir p11-kit-1)/p11-kit-1/p11-kit/pkcs11.h").strip();
        var source = new StringBuilder("""
                #define CRYPTOKI_COMPAT 1
                #include <stddef.h>
                #include <stdio.h>
                #include "%s"
                int main(void) {
                """.formatted(header));
        for (var expression : expressions.keySet()) {
            source.append("printf(\"%s=%lu\\n\", \"").append(expression).append("\", (unsigned long)(")
                    .append(expression).append("));\n");
        }
        var file = Files.writeString(folder.resolve("probe.c"), source.append("return 0; }\n"));
        run("gcc", "-o", folder.resolve("probe").toString(), file.toString());
        var values = new LinkedHashMap<String, Long>();
        for (var line : run(folder.resolve("probe").toString()).lines().toList()) {
            int equals = line.lastIndexOf('=');
            values.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
        }
        return values;
    }

    private String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), String.join(" ", command) + "\n" + output);
        return output;
    }
}
