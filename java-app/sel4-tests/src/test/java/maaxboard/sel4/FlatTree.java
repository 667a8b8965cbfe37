// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.sel4;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A flattened device tree (Devicetree Specification 0.4, chapter 5), read for what a virtual machine has to provide. */
final class FlatTree {
    /** One node; its name with the unit address. */
    static final class Node {
        final String name;
        final Node parent;
        final List<Node> children = new ArrayList<>();
        private final Map<String, byte[]> properties = new LinkedHashMap<>();

        private Node(String name, Node parent) {
            this.name = name;
            this.parent = parent;
        }

        String path() {
            return parent == null ? "" : parent.path() + "/" + name;
        }

        boolean has(String property) {
            return properties.containsKey(property);
        }

        /** A property's 32-bit cells; none if it is not there. */
        int[] cells(String property) {
            var bytes = ByteBuffer.wrap(properties.getOrDefault(property, new byte[0]));
            var cells = new int[bytes.remaining() / 4];
            bytes.asIntBuffer().get(cells);
            return cells;
        }

        int cell(String property, int otherwise) {
            var cells = cells(property);
            return cells.length == 0 ? otherwise : cells[0];
        }

        List<String> strings(String property) {
            var text = new String(properties.getOrDefault(property, new byte[0]), StandardCharsets.US_ASCII);
            return text.isEmpty() ? List.of() : List.of(text.split("\0"));
        }

        boolean compatible(String with) {
            return strings("compatible").contains(with);
        }

        /** Whether neither the node nor one above it is switched off. */
        boolean enabled() {
            var status = strings("status");
            return (status.isEmpty() || status.getFirst().equals("okay") || status.getFirst().equals("ok"))
                    && (parent == null || parent.enabled());
        }
    }

    /** Addresses from {@code start} to before {@code end}. */
    record Span(long start, long end) {
        boolean overlaps(Span other) {
            return start < other.end && other.start < end;
        }

        boolean covers(Span other) {
            return start <= other.start && other.end <= end;
        }

        @Override
        public String toString() {
            return "0x%x-0x%x".formatted(start, end);
        }
    }

    private final Node root;
    private final Map<Integer, Node> phandles = new LinkedHashMap<>();

    FlatTree(byte[] blob) {
        var tree = ByteBuffer.wrap(blob);
        if (tree.getInt(0) != 0xd00dfeed) {
            throw new IllegalArgumentException("no flattened device tree");
        }
        int strings = tree.getInt(12);
        tree.position(tree.getInt(8));
        Node top = null;
        Node node = null;
        while (true) {
            int token = tree.getInt();
            if (token == 1) {
                node = new Node(text(blob, tree.position()), node);
                tree.position(tree.position() + (node.name.length() + 4 & ~3));
                if (node.parent == null) {
                    top = node;
                } else {
                    node.parent.children.add(node);
                }
            } else if (token == 2) {
                node = node.parent;
            } else if (token == 3) {
                int length = tree.getInt();
                var name = text(blob, strings + tree.getInt());
                int at = tree.position();
                node.properties.put(name, Arrays.copyOfRange(blob, at, at + length));
                tree.position(at + (length + 3 & ~3));
            } else if (token == 9) {
                break;
            }
        }
        root = top;
        all().forEach(each -> {
            if (each.has("phandle")) {
                phandles.put(each.cell("phandle", 0), each);
            }
        });
    }

    private static String text(byte[] blob, int at) {
        int end = at;
        while (blob[end] != 0) {
            end++;
        }
        return new String(blob, at, end - at, StandardCharsets.US_ASCII);
    }

    List<Node> all() {
        var found = new ArrayList<Node>();
        collect(root, found);
        return found;
    }

    private static void collect(Node node, List<Node> found) {
        found.add(node);
        node.children.forEach(child -> collect(child, found));
    }

    Optional<Node> compatible(String with) {
        return all().stream().filter(node -> node.compatible(with)).findFirst();
    }

    Node at(String path) {
        return all().stream().filter(node -> node.path().equals(path)).findFirst().orElseThrow();
    }

    /** A node's {@code reg}, in the processor's addresses; empty where a bus above does not translate. */
    List<Span> reg(Node node) {
        if (node.parent == null || !node.has("reg")) {
            return List.of();
        }
        int address = node.parent.cell("#address-cells", 2);
        int size = node.parent.cell("#size-cells", 1);
        if (size == 0) {
            return List.of();
        }
        var cells = node.cells("reg");
        var spans = new ArrayList<Span>();
        for (int i = 0; i + address + size <= cells.length; i += address + size) {
            long start = number(cells, i, address);
            long length = number(cells, i + address, size);
            translate(node.parent, start).ifPresent(at -> spans.add(new Span(at, at + length)));
        }
        return spans;
    }

    /** The windows of a PCI host bridge, in the processor's addresses. */
    List<Span> windows(Node bridge) {
        var cells = bridge.cells("ranges");
        int parent = bridge.parent.cell("#address-cells", 2);
        int size = bridge.cell("#size-cells", 2);
        var spans = new ArrayList<Span>();
        for (int i = 0; i + 3 + parent + size <= cells.length; i += 3 + parent + size) {
            long start = number(cells, i + 3, parent);
            spans.add(new Span(start, start + number(cells, i + 3 + parent, size)));
        }
        return spans;
    }

    private static Optional<Long> translate(Node bus, long address) {
        if (bus.parent == null) {
            return Optional.of(address);
        }
        if (!bus.has("ranges")) {
            return Optional.empty();
        }
        var cells = bus.cells("ranges");
        if (cells.length == 0) {
            return translate(bus.parent, address);
        }
        int child = bus.cell("#address-cells", 2);
        int parent = bus.parent.cell("#address-cells", 2);
        int size = bus.cell("#size-cells", 1);
        for (int i = 0; i + child + parent + size <= cells.length; i += child + parent + size) {
            long from = number(cells, i, child);
            long length = number(cells, i + child + parent, size);
            if (address >= from && address - from < length) {
                return translate(bus.parent, number(cells, i + child, parent) + address - from);
            }
        }
        return Optional.empty();
    }

    private static long number(int[] cells, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 32 | cells[at + i] & 0xffffffffL;
        }
        return value;
    }

    /** The shared peripheral interrupts of a node, or of a PCI bridge's map, as the GIC numbers them: 32 + n. */
    List<Integer> sharedInterrupts(Node node) {
        var found = new ArrayList<Integer>();
        var cells = node.cells("interrupts");
        if (cells.length > 0 && gicLike(interruptParent(node))) {
            for (int i = 0; i + 3 <= cells.length; i += 3) {
                if (cells[i] == 0) {
                    found.add(32 + cells[i + 1]);
                }
            }
        }
        var map = node.cells("interrupt-map");
        int child = node.cell("#address-cells", 3) + node.cell("#interrupt-cells", 1);
        for (int i = 0; i + child < map.length;) {
            var controller = phandles.get(map[i + child]);
            int address = controller.cell("#address-cells", 0);
            int at = i + child + 1 + address;
            if (map[at] == 0 && !found.contains(32 + map[at + 1])) {
                found.add(32 + map[at + 1]);
            }
            i = at + controller.cell("#interrupt-cells", 3);
        }
        return found;
    }

    private Node interruptParent(Node node) {
        for (var each = node; each != null; each = each.parent) {
            if (each.has("interrupt-parent")) {
                return phandles.get(each.cell("interrupt-parent", 0));
            }
        }
        return null;
    }

    /** The GIC itself, or the i.MX's GPC, which hands the same numbers on to it. */
    private static boolean gicLike(Node controller) {
        return controller != null && controller.strings("compatible").stream()
                .anyMatch(name -> name.startsWith("arm,gic-v3") || name.startsWith("arm,cortex-a15-gic") || name.endsWith("-gpc"));
    }
}
