// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.pkcs11;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@link Cryptoki} against a real pkcs11.h (Debian's libp11-kit-dev), by the C compiler's own word. */
class LayoutIT {
    @TempDir
    Path folder;

    @Test
    void everyOffsetAndSizeIsTheCompilers() throws Exception {
        var expected = new LinkedHashMap<String, Integer>();
        expected.put("sizeof(CK_ULONG)", Cryptoki.ULONG);
        expected.put("sizeof(CK_FUNCTION_LIST)", Cryptoki.FunctionList.SIZE);
        function(expected, "C_Initialize", Cryptoki.FunctionList.C_INITIALIZE);
        function(expected, "C_Finalize", Cryptoki.FunctionList.C_FINALIZE);
        function(expected, "C_GetInfo", Cryptoki.FunctionList.C_GET_INFO);
        function(expected, "C_GetSlotList", Cryptoki.FunctionList.C_GET_SLOT_LIST);
        function(expected, "C_GetSlotInfo", Cryptoki.FunctionList.C_GET_SLOT_INFO);
        function(expected, "C_GetTokenInfo", Cryptoki.FunctionList.C_GET_TOKEN_INFO);
        function(expected, "C_OpenSession", Cryptoki.FunctionList.C_OPEN_SESSION);
        function(expected, "C_CloseSession", Cryptoki.FunctionList.C_CLOSE_SESSION);
        function(expected, "C_Login", Cryptoki.FunctionList.C_LOGIN);
        function(expected, "C_GenerateRandom", Cryptoki.FunctionList.C_GENERATE_RANDOM);
        expected.put("sizeof(CK_C_INITIALIZE_ARGS)", Cryptoki.InitializeArgs.SIZE);
        field(expected, "CK_C_INITIALIZE_ARGS", "flags", Cryptoki.InitializeArgs.FLAGS);
        field(expected, "CK_C_INITIALIZE_ARGS", "pReserved", Cryptoki.InitializeArgs.RESERVED);
        expected.put("CKF_OS_LOCKING_OK", (int) Cryptoki.InitializeArgs.OS_LOCKING_OK);
        expected.put("sizeof(CK_INFO)", Cryptoki.Info.SIZE);
        field(expected, "CK_INFO", "cryptokiVersion", Cryptoki.Info.VERSION);
        field(expected, "CK_INFO", "manufacturerID", Cryptoki.Info.MANUFACTURER);
        field(expected, "CK_INFO", "libraryDescription", Cryptoki.Info.DESCRIPTION);
        field(expected, "CK_INFO", "libraryVersion", Cryptoki.Info.LIBRARY_VERSION);
        expected.put("sizeof(CK_SLOT_INFO)", Cryptoki.Slot.SIZE);
        field(expected, "CK_SLOT_INFO", "slotDescription", Cryptoki.Slot.DESCRIPTION);
        field(expected, "CK_SLOT_INFO", "manufacturerID", Cryptoki.Slot.MANUFACTURER);
        field(expected, "CK_SLOT_INFO", "flags", Cryptoki.Slot.FLAGS);
        expected.put("sizeof(CK_TOKEN_INFO)", Cryptoki.Token.SIZE);
        field(expected, "CK_TOKEN_INFO", "label", Cryptoki.Token.LABEL);
        field(expected, "CK_TOKEN_INFO", "manufacturerID", Cryptoki.Token.MANUFACTURER);
        field(expected, "CK_TOKEN_INFO", "model", Cryptoki.Token.MODEL);
        field(expected, "CK_TOKEN_INFO", "serialNumber", Cryptoki.Token.SERIAL);
        field(expected, "CK_TOKEN_INFO", "flags", Cryptoki.Token.FLAGS);
        field(expected, "CK_TOKEN_INFO", "ulMaxPinLen", Cryptoki.Token.MAX_PIN);
        field(expected, "CK_TOKEN_INFO", "ulMinPinLen", Cryptoki.Token.MIN_PIN);
        field(expected, "CK_TOKEN_INFO", "hardwareVersion", Cryptoki.Token.HARDWARE);
        field(expected, "CK_TOKEN_INFO", "firmwareVersion", Cryptoki.Token.FIRMWARE);
        expected.put("CKF_SERIAL_SESSION", (int) Cryptoki.CKF_SERIAL_SESSION);
        expected.put("CKU_USER", (int) Cryptoki.CKU_USER);
        expected.put("sizeof(CK_BBOOL)", 1);
        assertEquals(expected, compiled(expected));
    }

    @Test
    void everyReturnValueHasTheHeadersName() throws Exception {
        var names = run("sh", "-c", "grep -oE '(define|#define) +CKR_[A-Z0-9_]+' " + header()
                + " | grep -oE 'CKR_[A-Z0-9_]+' | sort -u");
        var values = new LinkedHashMap<String, Integer>();
        for (var name : names.lines().toList()) {
            if (!name.startsWith("CKR_VENDOR") && !name.startsWith("CKR_NEW") && !name.contains("CALLBACK")) {
                values.put(name, 0);
            }
        }
        assertFalse(values.isEmpty());
        int known = 0;
        for (var entry : compiled(values).entrySet()) {
            var text = ReturnValue.text(entry.getValue());
            if (!text.startsWith("CKR_UNKNOWN")) {
                known++;
                assertEquals(entry.getKey() + " (0x" + Integer.toHexString(entry.getValue()) + ")", text);
            }
        }
        assertEquals(true, known > 70, known + " names known");
    }

    private static void function(Map<String, Integer> expected, String name, int offset) {
        field(expected, "CK_FUNCTION_LIST", name, offset);
    }

    private static void field(Map<String, Integer> expected, String struct, String field, int offset) {
        expected.put("offsetof(" + struct + ", " + field + ")", offset);
    }

    private String header() throws Exception {
        return run("sh", "-c", "echo $(pkg-config --variable=includedir p11-kit-1)/p11-kit-1/p11-kit/pkcs11.h").strip();
    }

    /** What the C compiler makes of these expressions. */
    private Map<String, Integer> compiled(Map<String, Integer> expressions) throws Exception {
        var source = new StringBuilder("""
                #define CRYPTOKI_COMPAT 1
                #include <stddef.h>
                #include <stdio.h>
                #include "%s"
                int main(void) {
                """.formatted(header()));
        for (var expression : expressions.keySet()) {
            source.append("printf(\"%s=%lu\\n\", \"").append(expression).append("\", (unsigned long)(")
                    .append(expression).append("));\n");
        }
        var file = Files.writeString(folder.resolve("probe.c"), source.append("return 0; }\n"));
        run("gcc", "-o", folder.resolve("probe").toString(), file.toString());
        var values = new LinkedHashMap<String, Integer>();
        for (var line : run(folder.resolve("probe").toString()).lines().toList()) {
            int equals = line.lastIndexOf('=');
            values.put(line.substring(0, equals), (int) Long.parseLong(line.substring(equals + 1)));
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
