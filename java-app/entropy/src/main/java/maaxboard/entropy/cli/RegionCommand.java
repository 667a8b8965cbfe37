// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.StringWriter;
import java.util.HexFormat;
import java.util.List;
import maaxboard.entropy.daemon.Key;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.region.Region;
import maaxboard.entropy.region.RegionConsumer;
import maaxboard.entropy.region.RegionHeader;

/** {@code entropy region}: looks at the region, or takes bytes out of it as seL4's side does. */
final class RegionCommand implements Command {
    @Override
    public String name() {
        return "region";
    }

    @Override
    public String summary() {
        return "Look at the region, or read from it as its consumer.";
    }

    @Override
    public void describe(Description description) {
    }

    @Override
    public List<Command> children() {
        return List.of(new Show(), new Read());
    }

    @Override
    public ExitCode run(Arguments arguments) {
        return ExitCode.USAGE;
    }

    /** {@code entropy region show}. */
    private static final class Show implements Command {
        @Override
        public String name() {
            return "show";
        }

        @Override
        public String summary() {
            return "Print both header pages; nothing is changed.";
        }

        @Override
        public void describe(Description description) {
            Options.addKeys(description, List.of(Key.REGION));
            Options.addFlag(description, "write JSON", "--json");
        }

        @Override
        public ExitCode run(Arguments arguments) throws Exception {
            var configuration = Options.configuration(arguments);
            try (var region = Region.open(configuration.region(), Region.Role.OBSERVER)) {
                var header = RegionHeader.read(region);
                System.out.print(Options.flag(arguments, "--json") ? json(header) : text(header));
                System.out.flush();
            }
            return ExitCode.OK;
        }

        private static String text(RegionHeader header) {
            if (!header.present()) {
                return "no producer has initialised this region\n";
            }
            return """
                    state       %s, %s
                    generation  %016x
                    ring        %d slots of %d bytes, %d full, tail %s, head %s
                    bytes       %d published, %d discarded; %d token errors recovered
                    heartbeat   %d ns
                    consumer    %s
                    """.formatted(header.state(), header.reason().text(), header.generation(), header.slotCount(),
                    header.slotBytes(), header.full(), Integer.toUnsignedString(header.tail()),
                    Integer.toUnsignedString(header.head()), header.published(), header.discarded(),
                    header.recovered(), header.heartbeat(),
                    header.consumerPresent() ? "attached, heartbeat " + header.consumerHeartbeat() : "not attached");
        }

        private static String json(RegionHeader header) throws java.io.IOException {
            var text = new StringWriter();
            try (var json = new JsonFactory().createGenerator(text)) {
                json.writeStartObject();
                json.writeBooleanField("present", header.present());
                json.writeNumberField("version", header.version());
                json.writeStringField("state", header.state().name());
                json.writeStringField("reason", header.reason().text());
                json.writeStringField("generation", HexFormat.of().toHexDigits(header.generation()));
                json.writeNumberField("slotBytes", header.slotBytes());
                json.writeNumberField("slotCount", header.slotCount());
                json.writeNumberField("slotsFull", header.full());
                json.writeBooleanField("oneMap", header.oneMap());
                json.writeNumberField("tail", Integer.toUnsignedLong(header.tail()));
                json.writeNumberField("head", Integer.toUnsignedLong(header.head()));
                json.writeNumberField("published", header.published());
                json.writeNumberField("discarded", header.discarded());
                json.writeNumberField("recovered", header.recovered());
                json.writeNumberField("heartbeat", header.heartbeat());
                json.writeBooleanField("consumerPresent", header.consumerPresent());
                json.writeNumberField("consumerHeartbeat", header.consumerHeartbeat());
                json.writeEndObject();
            }
            return text.append('\n').toString();
        }
    }

    /** {@code entropy region read}. */
    private static final class Read implements Command {
        private static final long MOST = 1L << 40;
        private static final int POLL_MILLIS = 10;

        @Override
        public String name() {
            return "read";
        }

        @Override
        public String summary() {
            return "Take bytes out of the region, as its one consumer.";
        }

        @Override
        public void describe(Description description) {
            Options.addText(description, "N", "how many bytes", "-n", "--bytes");
            Options.addKeys(description, List.of(Key.REGION));
            Options.addText(description, "FILE", "where to (default: standard output)", "-o", "--output-file");
            Options.addText(description, "SECONDS", "how long to wait for the next byte (default 60)", "--timeout");
            description.footer("", "This is the reference consumer of docs/region.md. It must be the only one."
                    + " Slots are taken whole: bytes of the last one beyond N are lost.");
        }

        @Override
        public ExitCode run(Arguments arguments) throws Exception {
            var configuration = Options.configuration(arguments);
            SelfProtection.forbidCoreDumps();
            long left = Options.number(arguments, "--bytes", "a number of bytes", 0, MOST);
            if (left == 0) {
                throw new CliException(ExitCode.USAGE, "--bytes is missing: expected how many bytes");
            }
            long timeout = Options.number(arguments, "--timeout", "seconds", 60, 86_400) * 1_000_000_000;
            try (var region = Region.open(configuration.region(), Region.Role.CONSUMER);
                    var output = OutputFile.open(Options.text(arguments, "--output-file"))) {
                RegionConsumer consumer = null;
                long deadline = System.nanoTime() + timeout;
                while (left > 0) {
                    if (consumer == null) {
                        consumer = RegionConsumer.attach(region).orElse(null);
                    }
                    if (consumer != null) {
                        consumer.beat();
                    }
                    var slot = consumer == null ? null : consumer.next().orElse(null);
                    if (slot != null) {
                        int length = (int) Math.min(left, slot.payload().length);
                        output.stream().write(slot.payload(), 0, length);
                        left -= length;
                        deadline = System.nanoTime() + timeout;
                    } else if (System.nanoTime() - deadline > 0) {
                        var header = RegionHeader.read(region);
                        throw new CliException(ExitCode.UNAVAILABLE, "region " + region.spec() + ": nothing came for "
                                + timeout / 1_000_000_000 + " s; " + (header.present() ? "the producer's state is "
                                + header.state() + ", " + header.reason().text() : "no producer has been there"));
                    } else {
                        Thread.sleep(POLL_MILLIS);
                    }
                }
                output.commit();
            }
            return ExitCode.OK;
        }
    }
}
