// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import maaxboard.entropy.region.RegionLayout;
import maaxboard.sel4.FlatTree.Node;
import maaxboard.sel4.FlatTree.Span;
import maaxboard.sel4.SystemFile.Mapped;

/** Holds a system file, the guest's device tree and the memory layouts against each other. */
final class BoardCheck {
    /** Excepted by name: what the VMM emulates, and buses, which have registers Linux does not touch. */
    private static final Set<String> EMULATED = Set.of("arm,gic-v3", "arm,cortex-a15-gic");
    private static final Set<String> BUSES = Set.of("simple-bus", "fsl,aips-bus");

    private final SystemFile system;
    private final FlatTree tree;
    private final List<GuestLayout> layouts;
    private final List<String> findings = new ArrayList<>();

    private BoardCheck(SystemFile system, FlatTree tree, List<GuestLayout> layouts) {
        this.system = system;
        this.tree = tree;
        this.layouts = layouts;
    }

    /** Every disagreement, with the two numbers and where each stands. Empty: they agree. */
    static List<String> findings(SystemFile system, FlatTree tree, GuestLayout... layouts) {
        var check = new BoardCheck(system, tree, List.of(layouts));
        check.findings.addAll(system.findings);
        check.pages();
        check.overlaps();
        check.devices();
        check.interrupts();
        check.memory();
        check.region();
        return check.findings;
    }

    private void pages() {
        for (var region : system.regions.values()) {
            aligned("size of " + region.name(), region.size(), region.page());
            if (region.physical() >= 0) {
                aligned("phys_addr of " + region.name(), region.physical(), region.page());
            }
        }
        both().forEach(map -> aligned("vaddr of " + map.region().name() + " in " + map.where(), map.address(), map.region().page()));
    }

    private List<Mapped> both() {
        var all = new ArrayList<>(system.guest);
        all.addAll(system.domains);
        return all;
    }

    private void aligned(String what, long value, long page) {
        if (value % page != 0) {
            findings.add("system file: %s 0x%x is no multiple of its page size 0x%x".formatted(what, value, page));
        }
    }

    private void overlaps() {
        var all = both();
        for (int i = 0; i < all.size(); i++) {
            for (int k = i + 1; k < all.size(); k++) {
                var a = all.get(i);
                var b = all.get(k);
                if (a.where().equals(b.where()) && a.span().overlaps(b.span())) {
                    findings.add("system file: in %s %s (%s) and %s (%s) overlap".formatted(a.where(), a.region().name(), a.span(),
                            b.region().name(), b.span()));
                }
            }
        }
        var regions = system.regions.values().stream().filter(region -> region.physical() >= 0).toList();
        for (int i = 0; i < regions.size(); i++) {
            for (int k = i + 1; k < regions.size(); k++) {
                var a = new Span(regions.get(i).physical(), regions.get(i).physical() + regions.get(i).size());
                var b = new Span(regions.get(k).physical(), regions.get(k).physical() + regions.get(k).size());
                if (a.overlaps(b)) {
                    findings.add("system file: memory regions %s (physical %s) and %s (physical %s) overlap".formatted(
                            regions.get(i).name(), a, regions.get(k).name(), b));
                }
            }
        }
    }

    private static boolean any(Node node, Set<String> compatible) {
        return node.strings("compatible").stream().anyMatch(compatible::contains);
    }

    private boolean device(Node node) {
        return node.enabled() && !any(node, EMULATED) && !any(node, BUSES) && !node.compatible("generic-uio")
                && !node.name.startsWith("memory@");
    }

    private void devices() {
        for (var node : tree.all()) {
            if (!device(node)) {
                continue;
            }
            var spans = new ArrayList<>(tree.reg(node));
            if (node.strings("device_type").contains("pci")) {
                spans.addAll(tree.windows(node));
            }
            for (var span : spans) {
                if (system.guest.stream().noneMatch(map -> map.span().covers(span))) {
                    findings.add("device tree: %s has registers at %s; system file: no map of the guest covers them".formatted(
                            node.path(), span));
                }
            }
        }
        // The processor interface of the emulated GIC is the one part of it that is mapped.
        for (var map : system.guest) {
            if (map.region().name().equals("gic_vcpu")
                    && tree.all().stream().filter(node -> any(node, EMULATED)).flatMap(node -> tree.reg(node).stream())
                            .noneMatch(span -> span.start() == map.address())) {
                findings.add("system file: the GIC's virtual CPU interface is mapped at 0x%x; device tree: the GIC has no registers there"
                        .formatted(map.address()));
            }
        }
    }

    private void interrupts() {
        for (var node : tree.all()) {
            if (!device(node) || node.compatible("arm,armv8-timer")) {
                continue; // the timer's interrupts are private ones
            }
            for (int number : tree.sharedInterrupts(node)) {
                if (!system.interrupts.containsKey(number)) {
                    findings.add("device tree: %s has SPI %d, which is %d; system file: no <irq irq=\"%d\">".formatted(node.path(),
                            number - 32, number, number));
                }
            }
        }
        for (var layout : layouts) {
            if (system.interrupts.containsKey(layout.interrupt())) {
                findings.add("%s: the region's interrupt is %d, which the VMM injects; system file: <irq irq=\"%d\"> gives it hardware"
                        .formatted(layout.where(), layout.interrupt(), layout.interrupt()));
            }
            if (!layout.passed().isEmpty() && !layout.passed().equals(system.interrupts)) {
                findings.add("%s: interrupts and channels %s; system file: %s".formatted(layout.where(),
                        new java.util.TreeMap<>(layout.passed()), new java.util.TreeMap<>(system.interrupts)));
            }
        }
    }

    private void memory() {
        var nodes = tree.all().stream().filter(node -> node.name.startsWith("memory@")).flatMap(node -> tree.reg(node).stream()).toList();
        var ram = system.guest.stream().filter(map -> map.region().name().equals("guest_ram")).findFirst().orElse(null);
        if (nodes.size() != 1 || ram == null) {
            findings.add("device tree: %d memory ranges; system file: %s guest_ram; expected one each".formatted(nodes.size(),
                    ram == null ? "no" : "one"));
            return;
        }
        if (!ram.span().equals(nodes.getFirst())) {
            findings.add("device tree: memory %s; system file: guest_ram %s".formatted(nodes.getFirst(), ram.span()));
        }
        if (ram.region().physical() != ram.address()) {
            findings.add("system file: guest_ram lies at physical 0x%x and at 0x%x for the guest; USB's DMA needs them equal".formatted(
                    ram.region().physical(), ram.address()));
        }
        for (var layout : layouts) {
            if (!layout.ram().equals(ram.span())) {
                findings.add("%s: guest RAM %s; system file: %s".formatted(layout.where(), layout.ram(), ram.span()));
            }
            inside(layout, "kernel", layout.kernel(), ram.span());
            inside(layout, "device tree", layout.dtb(), ram.span());
            inside(layout, "initramfs", layout.initrd(), ram.span());
        }
        if (layouts.size() == 2) {
            same("initramfs address", layouts.get(0), layouts.get(0).initrd().start(), layouts.get(1), layouts.get(1).initrd().start());
            same("device tree address", layouts.get(0), layouts.get(0).dtb().start(), layouts.get(1), layouts.get(1).dtb().start());
        }
    }

    private void same(String what, GuestLayout a, long one, GuestLayout b, long other) {
        if (one != other) {
            findings.add("%s: %s 0x%x; %s: 0x%x".formatted(a.where(), what, one, b.where(), other));
        }
    }

    private void inside(GuestLayout layout, String what, Span span, Span ram) {
        if (!ram.covers(span)) {
            findings.add("%s: %s %s; system file: guest_ram is %s and does not cover it".formatted(layout.where(), what, span, ram));
        }
    }

    private void region() {
        var node = tree.compatible("generic-uio").filter(each -> each.strings("linux,uio-name").contains("entropy")).orElse(null);
        if (node == null) {
            findings.add("device tree: no generic-uio node with linux,uio-name \"entropy\"");
            return;
        }
        var names = node.strings("reg-names");
        var spans = tree.reg(node);
        if (names.size() != spans.size()) {
            findings.add("device tree: %s has %d names and %d ranges".formatted(node.path(), names.size(), spans.size()));
            return;
        }
        for (int i = 0; i < names.size(); i++) {
            switch (names.get(i)) {
                case "data" -> shared("entropy_data", names.get(i), spans.get(i), "rw", "r");
                case "control" -> shared("entropy_control", names.get(i), spans.get(i), "r", "rw");
                case "doorbell" -> unmapped(spans.get(i));
                default -> findings.add("device tree: " + node.path() + " has a map '" + names.get(i) + "', which the ABI does not know");
            }
        }
        for (var number : tree.sharedInterrupts(node)) {
            for (var layout : layouts) {
                if (layout.interrupt() != number) {
                    findings.add("device tree: %s has interrupt %d; %s: %d".formatted(node.path(), number, layout.where(),
                            layout.interrupt()));
                }
            }
        }
    }

    private void shared(String region, String name, Span span, String guest, String consumer) {
        var inGuest = system.guest.stream().filter(map -> map.region().name().equals(region)).findFirst().orElse(null);
        var inConsumer = system.domains.stream().filter(map -> map.region().name().equals(region)).findFirst().orElse(null);
        if (inGuest == null || inConsumer == null) {
            findings.add("system file: %s is mapped %s; expected once each for guest and consumer".formatted(region,
                    inGuest == null ? inConsumer == null ? "nowhere" : "only for the consumer" : "only for the guest"));
            return;
        }
        if (!inGuest.span().equals(span)) {
            findings.add("device tree: the region's %s lies at %s; system file: %s at %s".formatted(name, span, region, inGuest.span()));
        }
        long size = inGuest.region().size();
        long least = name.equals("data") ? 2L * RegionLayout.PAGE : RegionLayout.PAGE;
        if (size < least || name.equals("control") && size != RegionLayout.PAGE) {
            findings.add("system file: %s has 0x%x bytes; the ABI (docs/region.md): %s0x%x".formatted(region, size,
                    name.equals("data") ? "at least " : "", least));
        }
        if (!inGuest.permissions().equals(guest) || !inConsumer.permissions().equals(consumer)) {
            findings.add("system file: %s is '%s' for the guest and '%s' for the consumer; the ABI (docs/region.md): '%s' and '%s'".formatted(
                    region, inGuest.permissions(), inConsumer.permissions(), guest, consumer));
        }
        if (inGuest.cached() || inConsumer.cached()) {
            findings.add("system file: %s is mapped cached; the ABI (docs/region.md): cached=\"false\" on both sides".formatted(region));
        }
        for (var layout : layouts) {
            var told = name.equals("data") ? layout.data() : layout.control();
            if (!told.equals(span)) {
                findings.add("device tree: the region's %s lies at %s; %s: at %s".formatted(name, span, layout.where(), told));
            }
        }
    }

    private void unmapped(Span span) {
        for (var map : system.guest) {
            if (map.span().overlaps(span)) {
                findings.add("device tree: the doorbell lies at %s and must fault; system file: %s is mapped at %s".formatted(span,
                        map.region().name(), map.span()));
            }
        }
        for (var layout : layouts) {
            if (!layout.doorbell().equals(span)) {
                findings.add("device tree: the doorbell lies at %s; %s: at %s".formatted(span, layout.where(), layout.doorbell()));
            }
        }
    }
}
