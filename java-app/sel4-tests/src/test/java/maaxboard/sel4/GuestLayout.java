// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import maaxboard.sel4.FlatTree.Span;

/**
 * Where the guest's memory and its images lie, as one file says it.
 *
 * @param where the file's name
 * @param initrd its end is the limit where the file's size is not known
 * @param passed interrupt to channel; empty where the file does not say
 */
record GuestLayout(String where, Span ram, Span kernel, Span dtb, Span initrd, Span data, Span control, Span doorbell,
        int interrupt, Map<Integer, Integer> passed) {

    /** From sel4/example/board.h, asked through the compiler. */
    static GuestLayout ofBoard(String board, String header) throws Exception {
        var file = java.nio.file.Files.createTempFile("board", ".h");
        java.nio.file.Files.writeString(file, header);
        var run = Sel4Build.run(20, List.of("gcc", "-E", "-dM", "-DBOARD_" + board, file.toString()));
        java.nio.file.Files.delete(file);
        if (run.status() != 0) {
            throw new IllegalArgumentException(run.output());
        }
        var defined = new HashMap<String, String>();
        run.output().lines().map(line -> line.split(" ", 3)).filter(words -> words.length == 3)
                .forEach(words -> defined.put(words[1], words[2]));
        long ram = number(defined, "GUEST_RAM_BASE");
        long initrd = number(defined, "GUEST_INITRD_BASE");
        long dtb = number(defined, "GUEST_DTB_BASE");
        long end = ram + number(defined, "GUEST_RAM_SIZE");
        var passed = new HashMap<Integer, Integer>();
        Pattern.compile("\\{(\\d+), (\\d+)}").matcher(defined.get("PASSED_INTERRUPTS")).results()
                .forEach(m -> passed.put(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))));
        return new GuestLayout("board.h", new Span(ram, end), new Span(ram, ram + 1), new Span(dtb, dtb + 0x100000),
                new Span(initrd, initrd + 1), part(defined, "REGION_DATA"), part(defined, "REGION_CONTROL"),
                part(defined, "REGION_DOORBELL"), (int) number(defined, "REGION_INTID"), passed);
    }

    private static Span part(Map<String, String> defined, String name) {
        long base = number(defined, name + "_BASE");
        return new Span(base, base + number(defined, name + "_SIZE"));
    }

    private static long number(Map<String, String> defined, String name) {
        return Long.decode(defined.get(name).replaceAll("[uUlL]+$", ""));
    }

    /** From guest-layout.json, which the image's layout.sh writes; only its plain form is read. */
    static GuestLayout ofJson(String json) {
        int interrupt = Integer.parseInt(first(json, "\"interrupt\": (\\d+)"));
        return new GuestLayout("guest-layout.json", span(json, "ram"), span(json, "kernel"), span(json, "dtb"), span(json, "initrd"),
                span(json, "data"), span(json, "control"), span(json, "doorbell"), interrupt, Map.of());
    }

    private static Span span(String json, String name) {
        var head = "\"" + name + "\": \\{ \"address\": (\\d+), \"size\": ";
        long start = Long.parseLong(first(json, head));
        return new Span(start, start + Long.parseLong(first(json, head.replace("(", "(?:") + "(\\d+)")));
    }

    private static String first(String text, String pattern) {
        var matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no " + pattern);
        }
        return matcher.group(1);
    }

    Set<Integer> interrupts() {
        return passed.keySet();
    }
}
