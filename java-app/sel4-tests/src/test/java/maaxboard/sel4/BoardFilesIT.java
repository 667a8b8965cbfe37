// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** System file, guest device tree and memory layout of both boards agree; each rule is seen to fail on a file bent for it. */
class BoardFilesIT {
    private static final Path EXAMPLE = Sel4Build.ROOT.resolve("sel4/example");
    private static Path maaxboard;

    @BeforeAll
    static void makeTheTreeOfTheMaaxboardsGuest() throws Exception {
        maaxboard = Path.of("target/guest-tree").toAbsolutePath();
        var run = Sel4Build.run(590, List.of(Sel4Build.ROOT.resolve("sel4/guest-tree.sh").toString(), maaxboard.toString()));
        assertEquals(0, run.status(), run.output());
    }

    /** The files of one board as text, to be read as they are or bent. */
    private record Board(String system, String tree, String header, String json) {
        List<String> findings(String board) throws Exception {
            var source = Files.createTempFile("guest", ".dts");
            Files.writeString(source, tree);
            var blob = Files.createTempFile("guest", ".dtb");
            var dtc = Sel4Build.run(20, List.of("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob.toString(), source.toString()));
            assertEquals(0, dtc.status(), dtc.output());
            var layouts = new ArrayList<GuestLayout>();
            layouts.add(GuestLayout.ofBoard(board, header));
            if (json != null) {
                layouts.add(GuestLayout.ofJson(json));
            }
            var found = BoardCheck.findings(new SystemFile(system), new FlatTree(Files.readAllBytes(blob)),
                    layouts.toArray(GuestLayout[]::new));
            Files.delete(source);
            Files.delete(blob);
            return found;
        }
    }

    private static Board qemu() throws Exception {
        return new Board(Files.readString(EXAMPLE.resolve("qemu_virt_aarch64/entropy.system")),
                Files.readString(EXAMPLE.resolve("qemu_virt_aarch64/guest.dts")), Files.readString(EXAMPLE.resolve("board.h")), null);
    }

    private static Board maaxboard() throws Exception {
        var dtb = maaxboard.resolve("images/maaxboard-entropy.dtb");
        var dts = Sel4Build.run(20, List.of("dtc", "-q", "-I", "dtb", "-O", "dts", dtb.toString()));
        assertEquals(0, dts.status(), dts.output());
        return new Board(Files.readString(EXAMPLE.resolve("maaxboard/entropy.system")), dts.output(),
                Files.readString(EXAMPLE.resolve("board.h")), Files.readString(maaxboard.resolve("images/guest-layout.json")));
    }

    @Test
    void theFilesForQemuAgree() throws Exception {
        assertEquals(List.of(), qemu().findings("qemu_virt_aarch64"));
    }

    @Test
    void theFilesForTheMaaxboardAgree() throws Exception {
        assertEquals(List.of(), maaxboard().findings("maaxboard"));
    }

    static List<Arguments> bent() {
        return List.of(
                bent("an unknown element", "system", "<vcpu id=\"0\" />", "<vcpu id=\"0\" /><timer />", "knows no element <timer>"),
                bent("an unknown attribute", "system", "<vcpu id=\"0\" />", "<vcpu id=\"0\" core=\"1\" />",
                        "knows no attribute core of <vcpu>"),
                bent("a map of nothing", "system", "<map mr=\"usb1\"", "<map mr=\"usb9\"", "maps usb9, which is no memory region"),
                bent("a device whose registers are not mapped", "system", "vaddr=\"0x38100000\"", "vaddr=\"0x38110000\"",
                        "/soc@0/usb@38100000 has registers at 0x38100000-0x38110000; system file: no map of the guest covers them"),
                bent("an interrupt that is not listed", "system", "<irq irq=\"73\" id=\"11\" />", "<irq irq=\"41\" id=\"11\" />",
                        "/soc@0/usb@38200000 has SPI 41, which is 73; system file: no <irq irq=\"73\">"),
                bent("channels that the VMM does not know", "system", "<irq irq=\"58\" id=\"12\" />", "<irq irq=\"58\" id=\"22\" />",
                        "58=12, "),
                bent("hardware behind the region's interrupt", "system", "<irq irq=\"50\" id=\"13\" />",
                        "<irq irq=\"50\" id=\"13\" /><irq irq=\"158\" id=\"30\" />",
                        "the region's interrupt is 158, which the VMM injects; system file: <irq irq=\"158\">"),
                bent("an interrupt twice", "system", "<irq irq=\"50\" id=\"13\" />", "<irq irq=\"50\" id=\"13\" /><irq irq=\"50\" id=\"31\" />",
                        "interrupt 50 stands twice"),
                bent("maps that overlap", "system", "vaddr=\"0x382f0000\"", "vaddr=\"0x381f0000\"",
                        "in linux usb1_phy (0x381f0000-0x381f1000) and usb2_phy (0x381f0000-0x381f1000) overlap"),
                bent("memory regions that overlap", "system", "phys_addr=\"0x382f0000\"", "phys_addr=\"0x3820f000\"",
                        "memory regions usb2 (physical 0x38200000-0x38210000) and usb2_phy (physical 0x3820f000-0x38210000) overlap"),
                bent("an address off its page", "system", "phys_addr=\"0x382f0000\"", "phys_addr=\"0x382f0040\"",
                        "phys_addr of usb2_phy 0x382f0040 is no multiple of its page size 0x1000"),
                bent("a size off its page", "system", "name=\"entropy_control\" size=\"0x1000\"", "name=\"entropy_control\" size=\"0x800\"",
                        "size of entropy_control 0x800 is no multiple of its page size 0x1000"),
                bent("a control map of another size", "system", "name=\"entropy_control\" size=\"0x1000\"",
                        "name=\"entropy_control\" size=\"0x2000\"", "entropy_control has 0x2000 bytes; the ABI (docs/region.md): 0x1000"),
                bent("a data map too small", "system", "name=\"entropy_data\" size=\"0x10000\"", "name=\"entropy_data\" size=\"0x1000\"",
                        "entropy_data has 0x1000 bytes; the ABI (docs/region.md): at least 0x2000"),
                bent("a region elsewhere than the tree says", "system", "vaddr=\"0x90000000\"", "vaddr=\"0x91000000\"",
                        "the region's data lies at 0x90000000-0x90010000; system file: entropy_data at 0x91000000-0x91010000"),
                bent("a guest that may write the consumer's page", "system", "mr=\"entropy_control\" vaddr=\"0x90010000\" perms=\"r\"",
                        "mr=\"entropy_control\" vaddr=\"0x90010000\" perms=\"rw\"", "entropy_control is 'rw' for the guest"),
                bent("a cached region", "system", "mr=\"entropy_data\" vaddr=\"0x90000000\" perms=\"rw\" cached=\"false\"",
                        "mr=\"entropy_data\" vaddr=\"0x90000000\" perms=\"rw\"", "entropy_data is mapped cached"),
                bent("a region nobody consumes", "system", "<map mr=\"entropy_data\" vaddr=\"0x10000000\"",
                        "<map mr=\"ccm\" vaddr=\"0x10000000\"", "entropy_data is mapped only for the guest"),
                bent("a doorbell that is mapped", "system", "<map mr=\"gic_vcpu\" vaddr=\"0x31000000\"",
                        "<map mr=\"irqsteer\" vaddr=\"0x90011000\" perms=\"rw\" cached=\"false\" /><map mr=\"gic_vcpu\" vaddr=\"0x31000000\"",
                        "the doorbell lies at 0x90011000-0x90012000 and must fault; system file: irqsteer"),
                bent("a GIC interface elsewhere", "system", "vaddr=\"0x31000000\"", "vaddr=\"0x31040000\"",
                        "the GIC's virtual CPU interface is mapped at 0x31040000"),
                bent("RAM that is not 1:1", "system", "phys_addr=\"0x80000000\"", "phys_addr=\"0xa0000000\"",
                        "guest_ram lies at physical 0xa0000000 and at 0x80000000"),
                bent("RAM too small for the images", "system", "name=\"guest_ram\" size=\"0x10000000\"", "name=\"guest_ram\" size=\"0xe000000\"",
                        "guest-layout.json: device tree 0x8f000000-"),
                bent("RAM of another size than the tree's", "system", "name=\"guest_ram\" size=\"0x10000000\"",
                        "name=\"guest_ram\" size=\"0x11000000\"", "device tree: memory 0x80000000-0x90000000; system file: guest_ram 0x80000000-0x91000000"),
                bent("a VMM that puts the initramfs elsewhere", "header", "#define GUEST_INITRD_BASE 0x8c000000ul",
                        "#define GUEST_INITRD_BASE 0x8b000000ul",
                        "board.h: initramfs address 0x8b000000; guest-layout.json: 0x8c000000"),
                bent("a VMM with another interrupt", "header", "#define REGION_INTID 158", "#define REGION_INTID 157",
                        "has interrupt 158; board.h: 157"),
                bent("a VMM that watches another doorbell", "header", "#define REGION_DOORBELL_BASE 0x90011000ul",
                        "#define REGION_DOORBELL_BASE 0x90012000ul", "the doorbell lies at 0x90011000-0x90012000; board.h: at 0x90012000"),
                bent("a device switched on that has no map", "tree", "status = \"disabled\";", "status = \"okay\";",
                        "system file: no map of the guest covers them"),
                bent("a region without its name", "tree", "linux,uio-name = \"entropy\"", "linux,uio-name = \"else\"",
                        "no generic-uio node with linux,uio-name"));
    }

    private static Arguments bent(String what, String file, String from, String to, String expected) {
        return Arguments.of(what, file, from, to, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bent")
    void aBentFileIsFoundWithBothNumbers(String what, String file, String from, String to, String expected) throws Exception {
        var good = maaxboard();
        var found = (switch (file) {
            case "system" -> new Board(bend(good.system(), from, to), good.tree(), good.header(), good.json());
            case "tree" -> new Board(good.system(), bend(good.tree(), from, to), good.header(), good.json());
            default -> new Board(good.system(), good.tree(), bend(good.header(), from, to), good.json());
        }).findings("maaxboard");
        assertTrue(found.stream().anyMatch(finding -> finding.contains(expected)), what + ": expected '" + expected + "' in " + found);
    }

    private static String bend(String text, String from, String to) {
        assertTrue(text.contains(from), "the file has no '" + from + "' to bend");
        return text.replace(from, to);
    }
}
