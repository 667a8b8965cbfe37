// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.virtualtoken;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import maaxboard.virtualtoken.card.Profile;
import maaxboard.virtualtoken.fault.FaultCatalogue;
import maaxboard.virtualtoken.pcsc.HostCard;
import maaxboard.virtualtoken.pcsc.PcscException;
import maaxboard.virtualtoken.transport.Transport;
import maaxboard.virtualtoken.transport.UsbRedirTransport;
import maaxboard.virtualtoken.transport.VpcdTransport;
import maaxboard.virtualtoken.transport.VscTransport;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line: reads the arguments, makes the tokens, waits. */
final class CommandLineTool {
    static final String NOTICE =
            "virtual-token: a software token for demos and tests; it is no source of entropy";

    private static final int DEFAULT_PORT = 35963;

    /** An end of the program that has a code and a sentence. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        private final ExitCode exitCode;

        Failure(ExitCode exitCode, String message) {
            super(message);
            this.exitCode = exitCode;
        }
    }

    private final PrintWriter out;
    private final PrintWriter err;

    CommandLineTool(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** The exit code. */
    int run(String... arguments) {
        CommandLine commandLine = new CommandLine(specification()).setOut(out).setErr(err);
        try {
            ParseResult parsed = commandLine.parseArgs(arguments);
            Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped != null) {
                return ExitCode.OK.code;
            }
            if (!parsed.hasSubcommand()) {
                throw new Failure(ExitCode.USAGE, "say how: usbredir, vpcd, vsc or relay (--help tells more)");
            }
            switch (parsed.subcommand().commandSpec().name()) {
                case "readers" -> out.println(hostCard(parsed.subcommand()));
                case "relay" -> relay(parsed.subcommand());
                default -> serve(parsed.subcommand());
            }
            return ExitCode.OK.code;
        } catch (ParameterException e) {
            return fail(ExitCode.USAGE, e.getMessage());
        } catch (Failure e) {
            return fail(e.exitCode, e.getMessage());
        } catch (RuntimeException e) {
            e.printStackTrace(err);
            return fail(ExitCode.INTERNAL, e.toString());
        }
    }

    private int fail(ExitCode exitCode, String message) {
        err.println("virtual-token: " + message.lines().findFirst().orElse(""));
        return exitCode.code;
    }

    private static String hostCard(ParseResult parsed) throws Failure {
        try {
            return HostCard.describe(parsed.matchedOptionValue("--reader", ""));
        } catch (PcscException | IllegalStateException e) {
            throw new Failure(ExitCode.UNAVAILABLE, e.getMessage());
        }
    }

    /** Until it is interrupted. */
    private static void relay(ParseResult parsed) throws Failure {
        hostCard(parsed);
        var transport = new VscTransport(parsed.matchedOptionValue("--socket", (Path) null));
        var card = new HostCard(parsed.matchedOptionValue("--reader", ""), transport);
        // QEMU must hear that the card goes.
        Runtime.getRuntime().addShutdownHook(new Thread(card::close));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(ParseResult parsed) throws Failure {
        List<Transport> transports = transports(parsed);
        List<String> serials = serials(parsed, transports.size());
        List<Path> hashes = paths(parsed, "--hashes", transports.size());
        List<Path> controls = paths(parsed, "--control", transports.size());
        long seed = parsed.matchedOptionValue("--seed", 0L);
        Script script = script(parsed.matchedOptionValue("--script", (Path) null));
        String profileName = parsed.matchedOptionValue("--card", Profile.GNUK.label());
        Profile profile = Profile.named(profileName)
                .orElseThrow(() -> new Failure(ExitCode.USAGE, "--card is gnuk or 3.4, not " + profileName));

        err.println(NOTICE);
        var quit = new CountDownLatch(1);
        var tokens = new ArrayList<VirtualToken>();
        var sockets = new ArrayList<ControlSocket>();
        // QEMU must hear that a VSC card goes, and the control socket's file must not stay behind.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(tokens, sockets)));
        for (int i = 0; i < transports.size(); i++) {
            VirtualToken.Builder builder = VirtualToken.on(transports.get(i))
                    .serial(serials.get(i))
                    .profile(profile)
                    .seed(seed + i)
                    .fault(parsed.matchedOptionValue("--fault", "none"));
            if (parsed.hasMatchedOption("--unplugged")) {
                builder.unplugged();
            }
            if (i < hashes.size()) {
                builder.hashes(hashes.get(i));
            }
            VirtualToken token = started(builder, i < hashes.size() ? hashes.get(i) : null);
            tokens.add(token);
            if (i < controls.size()) {
                sockets.add(control(controls.get(i), token, quit::countDown));
            }
            if (script != null) {
                script.start(token, seed + i);
            }
        }
        try {
            quit.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(tokens, sockets);
    }

    private static void end(List<VirtualToken> tokens, List<ControlSocket> sockets) {
        synchronized (tokens) {
            for (ControlSocket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    System.err.println("virtual-token: removing the control socket: " + e.getMessage());
                }
            }
            sockets.clear();
            tokens.forEach(VirtualToken::close);
            tokens.clear();
        }
    }

    private static VirtualToken started(VirtualToken.Builder builder, Path hashes) throws Failure {
        try {
            return builder.start();
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, e.getMessage());
        } catch (IOException e) {
            throw new Failure(ExitCode.CANNOT_CREATE, "cannot write " + hashes + ": " + e);
        }
    }

    private static ControlSocket control(Path path, VirtualToken token, Runnable quit) throws Failure {
        try {
            return new ControlSocket(path, token, quit);
        } catch (IOException | IllegalArgumentException e) {
            throw new Failure(ExitCode.CANNOT_CREATE, "cannot listen on " + path + ": " + e.getMessage());
        }
    }

    private static Script script(Path path) throws Failure {
        if (path == null) {
            return null;
        }
        try {
            return Script.parse(Files.readAllLines(path, StandardCharsets.UTF_8));
        } catch (MalformedInputException e) {
            throw new Failure(ExitCode.DATA, path + " is no text");
        } catch (IOException e) {
            throw new Failure(ExitCode.NO_INPUT, "cannot read " + path + ": " + e);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.DATA, path + ", " + e.getMessage());
        }
    }

    private static List<Transport> transports(ParseResult parsed) throws Failure {
        var transports = new ArrayList<Transport>();
        String kind = parsed.commandSpec().name();
        if (kind.equals("vpcd")) {
            String host = parsed.matchedOptionValue("--host", "127.0.0.1");
            for (int port : parsed.matchedOptionValue("--port", List.of(DEFAULT_PORT))) {
                if (port < 1 || port > 65535) {
                    throw new Failure(ExitCode.USAGE, "--port is a number from 1 to 65535, not " + port);
                }
                transports.add(new VpcdTransport(new InetSocketAddress(host, port)));
            }
        } else {
            for (Path socket : parsed.matchedOptionValue("--socket", List.<Path>of())) {
                transports.add(kind.equals("usbredir") ? new UsbRedirTransport(socket) : new VscTransport(socket));
            }
        }
        return transports;
    }

    private static List<String> serials(ParseResult parsed, int count) throws Failure {
        List<String> given = parsed.matchedOptionValue("--serial", List.<String>of());
        tooMany(given.size(), count, "--serial");
        var serials = new ArrayList<>(given);
        for (String serial : serials) {
            if (!serial.matches("[0-9A-Fa-f]{8}")) {
                throw new Failure(ExitCode.USAGE, "--serial is eight hex digits, not " + serial);
            }
        }
        if (serials.isEmpty()) {
            serials.add(VirtualToken.DEFAULT_SERIAL);
        }
        while (serials.size() < count) {
            int next = Integer.parseUnsignedInt(serials.getLast(), 16) + 1;
            serials.add("%08X".formatted(next).toUpperCase(Locale.ROOT));
        }
        return serials;
    }

    private static List<Path> paths(ParseResult parsed, String option, int count) throws Failure {
        List<Path> given = parsed.matchedOptionValue(option, List.<Path>of());
        tooMany(given.size(), count, option);
        return given;
    }

    private static void tooMany(int given, int count, String option) throws Failure {
        if (given > count) {
            throw new Failure(
                    ExitCode.USAGE, option + " is given " + given + " times for " + count + " token" + (count == 1 ? "" : "s"));
        }
    }

    private static CommandSpec specification() {
        CommandSpec top = CommandSpec.create().name("virtual-token").mixinStandardHelpOptions(true);
        top.version("virtual-token 0.1.0");
        top.usageMessage()
                .description(
                        "An OpenPGP card in software, as a Nitrokey Start has it, for demos and tests of programs that"
                                + " use smart cards. It is no source of entropy and keeps no secrets: keys, PINs (123456,"
                                + " admin 12345678) and objects are gone when it ends. It runs until it is told to quit.")
                .footer(HelpText.footer());
        top.usageMessage().width(100);
        top.addSubcommand("usbredir", transport(
                "usbredir",
                "A USB device in a QEMU guest: 20a0:4211, T=1, can be plugged and unplugged.",
                sockets("The Unix socket of QEMU's chardev; it may appear later. Several: several tokens.")));
        top.addSubcommand("vpcd", transport(
                "vpcd",
                "A card in the Virtual PCD reader (vsmartcard-vpcd) of a pcscd on this host.",
                OptionSpec.builder("--host").paramLabel("NAME").type(String.class)
                        .description("Where the reader listens. Default: 127.0.0.1").build(),
                OptionSpec.builder("--port").paramLabel("PORT").type(List.class).auxiliaryTypes(Integer.class)
                        .description("The reader's TCP port; it may appear later. Default: 35963. Several: several"
                                + " tokens.").build()));
        top.addSubcommand("vsc", transport(
                "vsc",
                "A card in QEMU's own card reader (usb-ccid with ccid-card-passthru), T=0.",
                sockets("The Unix socket of QEMU's chardev; it may appear later. Several: several tokens.")));
        top.addSubcommand("relay", bare("relay",
                "The card in a reader of this host's pcscd, a real one too, in QEMU's own card reader: its commands and"
                        + " answers are relayed over VSC, and nobody else on the host may use it meanwhile. The reader"
                        + " speaks T=0: a card of T=1 is translated.",
                OptionSpec.builder("--socket").paramLabel("PATH").required(true).type(Path.class)
                        .description("The Unix socket of QEMU's chardev; it may appear later.").build(),
                reader()));
        top.addSubcommand("readers", bare("readers",
                "Names the reader of this host's pcscd that relay would take, and its card's answer to reset.", reader()));
        return top;
    }

    private static OptionSpec reader() {
        return OptionSpec.builder("--reader").paramLabel("TEXT").type(String.class)
                .description("Part of the reader's name. Default: the first reader with a card.").build();
    }

    private static CommandSpec bare(String name, String description, OptionSpec... own) {
        CommandSpec spec = CommandSpec.create().name(name).mixinStandardHelpOptions(true);
        spec.version("virtual-token 0.1.0");
        spec.usageMessage().description(description).width(100).sortOptions(false).footer(HelpText.qemu(name));
        for (OptionSpec option : own) {
            spec.addOption(option);
        }
        return spec;
    }

    private static OptionSpec sockets(String description) {
        return OptionSpec.builder("--socket").paramLabel("PATH").required(true)
                .type(List.class).auxiliaryTypes(Path.class).description(description).build();
    }

    private static CommandSpec transport(String name, String description, OptionSpec... own) {
        CommandSpec spec = bare(name, description, own);
        spec.addOption(OptionSpec.builder("--serial").paramLabel("HEX8").type(List.class).auxiliaryTypes(String.class)
                .description("Serial number. Default: 43211234, and one more for each further token.").build());
        spec.addOption(OptionSpec.builder("--card").paramLabel("KIND").type(String.class)
                .description("gnuk: OpenPGP 2.0, short commands, as a Nitrokey Start (default). 3.4: OpenPGP 3.4 with"
                        + " extended lengths.").build());
        spec.addOption(OptionSpec.builder("--hashes").paramLabel("FILE").type(List.class).auxiliaryTypes(Path.class)
                .description("Append the SHA-256 (hex) of each 32-byte random answer, one a line, each before its answer"
                        + " leaves.").build());
        spec.addOption(OptionSpec.builder("--control").paramLabel("PATH").type(List.class).auxiliaryTypes(Path.class)
                .description("Listen on this Unix socket for commands.").build());
        spec.addOption(OptionSpec.builder("--fault").paramLabel("NAME[=ARG]").type(String.class)
                .description("Misbehave from the start.").build());
        spec.addOption(OptionSpec.builder("--unplugged").type(boolean.class)
                .description("Start without being plugged in.").build());
        spec.addOption(OptionSpec.builder("--script").paramLabel("FILE").type(Path.class)
                .description("Go through the steps of this file.").build());
        spec.addOption(OptionSpec.builder("--seed").paramLabel("N").type(long.class)
                .description("What chance in faults and scripts starts from. Default: 0").build());
        return spec;
    }

    /** The text below the options. */
    static final class HelpText {
        private HelpText() {}

        static String[] qemu(String transport) {
            return switch (transport) {
                case "usbredir" -> new String[] {
                    "",
                    "QEMU: -device qemu-xhci -chardev socket,id=t0,path=PATH,server=on,wait=off"
                            + " -device usb-redir,chardev=t0"
                };
                case "vsc", "relay" -> new String[] {
                    "",
                    "QEMU: -device qemu-xhci -device usb-ccid -chardev socket,id=t0,path=PATH,server=on,wait=off"
                            + " -device ccid-card-passthru,chardev=t0"
                };
                case "readers" -> new String[0];
                default -> new String[] {
                    "", "No QEMU: pcscd on this host with the package vsmartcard-vpcd."
                };
            };
        }

        static String[] footer() {
            var lines = new ArrayList<String>();
            lines.add("");
            lines.add("QEMU flags by transport (PATH is the one given to --socket):");
            lines.add("  usbredir  -device qemu-xhci -chardev socket,id=t0,path=PATH,server=on,wait=off");
            lines.add("            -device usb-redir,chardev=t0");
            lines.add("  vsc,      -device qemu-xhci -device usb-ccid");
            lines.add("  relay     -chardev socket,id=t0,path=PATH,server=on,wait=off");
            lines.add("            -device ccid-card-passthru,chardev=t0");
            lines.add("  vpcd      none: pcscd on this host with the package vsmartcard-vpcd");
            lines.add("");
            lines.add("Commands on the control socket, one a line; the reply is a line that starts with ok or error:");
            lines.add("  plug, unplug, card-in, card-out, fault NAME [ARG..], fault none, serial HEX8, status, quit");
            lines.add("");
            lines.add("Faults. They hit GET CHALLENGE; with the word all, those that are not about its bytes hit every");
            lines.add("command. xN at the end: only the next N commands.");
            for (FaultCatalogue.Entry entry : FaultCatalogue.entries()) {
                lines.add("  %-14s %s".formatted(entry.usage(), entry.meaning()));
            }
            lines.add("");
            lines.add("A script has one step a line, done in turn; # starts a comment:");
            lines.add("  wait TIME COMMAND       TIME: 250ms, 3s, 2m, or a range such as 1s..5s");
            lines.add("  after N COMMAND         N more random answers sent; or a range such as 10..99");
            lines.add("  loop                    from the top again; last line only");
            lines.add("COMMAND is one of the control socket's; COMMAND | COMMAND leaves the choice to chance.");
            lines.add("");
            lines.add("Exit codes:");
            for (ExitCode exitCode : ExitCode.values()) {
                lines.add("  %-4d %s".formatted(exitCode.code, exitCode.meaning));
            }
            lines.replaceAll(line -> line.replace("%", "%%"));
            return lines.toArray(String[]::new);
        }
    }
}
