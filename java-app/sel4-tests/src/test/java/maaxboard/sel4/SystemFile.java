// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import maaxboard.sel4.FlatTree.Span;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/**
 * A Microkit system file, read with the elements and attributes that Microkit 2.3.0 knows for AArch64 (its manual,
 * "System Description File"); any other is a finding.
 */
final class SystemFile {
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "system", Set.of(),
            "memory_region", Set.of("name", "size", "page_size", "phys_addr", "prefill_path"),
            "protection_domain", Set.of("name", "priority", "budget", "period", "passive", "stack_size", "smc", "cpu", "fpu", "id",
                    "setvar_id", "domain"),
            "program_image", Set.of("path", "path_for_symbols"),
            "map", Set.of("mr", "vaddr", "perms", "cached", "setvar_vaddr", "setvar_size", "setvar_prefill_size"),
            "irq", Set.of("irq", "id", "setvar_id", "trigger"),
            "setvar", Set.of("symbol", "region_paddr"),
            "virtual_machine", Set.of("name", "budget", "period", "priority"),
            "vcpu", Set.of("id", "setvar_id", "cpu"),
            "channel", Set.of());
    private static final Set<String> END = Set.of("pd", "id", "pp", "notify", "setvar_id");

    /** A memory region; {@code physical} is -1 where the tool chooses. */
    record Region(String name, long size, long page, long physical) {
    }

    /** One map of a region; {@code where} names the domain or machine. */
    record Mapped(String where, Region region, long address, String permissions, boolean cached) {
        Span span() {
            return new Span(address, address + region.size());
        }
    }

    final Map<String, Region> regions = new LinkedHashMap<>();
    final List<Mapped> guest = new ArrayList<>();
    final List<Mapped> domains = new ArrayList<>();
    /** Interrupt to channel. */
    final Map<Integer, Integer> interrupts = new LinkedHashMap<>();
    final List<String> findings = new ArrayList<>();

    SystemFile(String text) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        var root = factory.newDocumentBuilder().parse(new InputSource(new StringReader(text))).getDocumentElement();
        known(root);
        for (var element : children(root, "memory_region")) {
            var region = new Region(element.getAttribute("name"), number(element, "size", 0), number(element, "page_size", 0x1000),
                    number(element, "phys_addr", -1));
            if (regions.put(region.name(), region) != null) {
                findings.add("system file: memory region " + region.name() + " stands twice");
            }
        }
        for (var domain : children(root, "protection_domain")) {
            maps(domain, domain.getAttribute("name"), domains);
            for (var irq : children(domain, "irq")) {
                int number = (int) number(irq, "irq", -1);
                if (interrupts.put(number, (int) number(irq, "id", -1)) != null) {
                    findings.add("system file: interrupt " + number + " stands twice");
                }
            }
            for (var machine : children(domain, "virtual_machine")) {
                maps(machine, machine.getAttribute("name"), guest);
            }
        }
    }

    private void known(Element element) {
        var name = element.getTagName();
        var attributes = name.equals("end") ? END : KNOWN.get(name);
        if (attributes == null) {
            findings.add("system file: Microkit 2.3.0 knows no element <" + name + ">");
            return;
        }
        IntStream.range(0, element.getAttributes().getLength()).mapToObj(i -> element.getAttributes().item(i).getNodeName())
                .filter(attribute -> !attributes.contains(attribute))
                .forEach(attribute -> findings.add("system file: Microkit 2.3.0 knows no attribute " + attribute + " of <" + name + ">"));
        elements(element).forEach(this::known);
    }

    private void maps(Element of, String where, List<Mapped> into) {
        for (var map : children(of, "map")) {
            var region = regions.get(map.getAttribute("mr"));
            if (region == null) {
                findings.add("system file: " + where + " maps " + map.getAttribute("mr") + ", which is no memory region");
                continue;
            }
            into.add(new Mapped(where, region, number(map, "vaddr", 0), map.getAttribute("perms"),
                    !map.getAttribute("cached").equals("false")));
        }
    }

    private static Stream<Element> elements(Node of) {
        return IntStream.range(0, of.getChildNodes().getLength()).mapToObj(of.getChildNodes()::item)
                .filter(Element.class::isInstance).map(Element.class::cast);
    }

    private static List<Element> children(Element of, String name) {
        return elements(of).filter(child -> child.getTagName().equals(name)).toList();
    }

    private static long number(Element element, String attribute, long otherwise) {
        var text = element.getAttribute(attribute).replace("_", "");
        return text.isEmpty() ? otherwise : Long.decode(text);
    }
}
