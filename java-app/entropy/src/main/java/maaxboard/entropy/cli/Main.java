// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.entropy.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.List;
import maaxboard.entropy.daemon.ConfigurationException;
import maaxboard.entropy.linux.LinuxException;
import maaxboard.entropy.pkcs11.ModuleException;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.entropy.region.RegionException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The program's entry: finds the command, runs it, and turns what goes wrong into one line and an exit code. */
public final class Main {
    /** The program's version. */
    static final String VERSION = "0.1.0";

    static final String NAME = "entropy";

    static final String OUTPUT_LOST = "standard output: cannot be written; its reader is gone, or the disk is full";

    private Main() {
    }

    /** All commands, in the order the help lists them. */
    static List<Command> commands() {
        return List.of(new Slots(), new Generate(), new Run(), new Publish(), new RegionCommand(), new StatusCommand(),
                new Clear(), new DoctorCommand(), new Assess(), new SelfTestCommand(), new Completion());
    }

    public static void main(String[] args) {
        int code = run(System.out, System.err, args).code();
        // Not System.exit, which asks the JDK's loggers whether to log it: a tenth of the time of a one-shot command.
        Runtime.getRuntime().halt(code);
    }

    static ExitCode run(PrintStream out, PrintStream err, String... args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            printVersion(out);
            return ExitCode.OK;
        }
        if (args.length > 0) {
            for (var command : commands()) {
                if (command.name().equals(args[0]) && command.children().isEmpty()) {
                    var plain = Arguments.plain(Description.ofNames(command), args, 1);
                    if (plain != null) {
                        return execute(command, plain, err);
                    }
                }
            }
        }
        return runByPicocli(out, err, args);
    }

    private static void printVersion(PrintStream out) {
        out.println(NAME + " " + VERSION);
    }

    private static ExitCode runByPicocli(PrintStream out, PrintStream err, String... args) {
        var spec = specFor(args);
        var line = new CommandLine(spec).setTrimQuotes(false);
        try {
            var result = line.parseArgs(args);
            while (result.hasSubcommand() && !result.isUsageHelpRequested()) {
                result = result.subcommand();
            }
            var commandLine = result.commandSpec().commandLine();
            if (result.isUsageHelpRequested()) {
                commandLine.usage(out);
                return ExitCode.OK;
            }
            if (result.isVersionHelpRequested()) {
                printVersion(out);
                return ExitCode.OK;
            }
            if (!(result.commandSpec().userObject() instanceof Command command) || !command.children().isEmpty()) {
                commandLine.usage(err);
                return ExitCode.USAGE;
            }
            return execute(command, Arguments.of(result), err);
        } catch (ParameterException e) {
            err.println(NAME + ": " + oneLine(e.getMessage()) + "; see '"
                    + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
            return ExitCode.USAGE;
        }
    }

    private static ExitCode execute(Command command, Arguments arguments, PrintStream err) {
        try {
            var code = command.run(arguments);
            if (System.out.checkError()) {
                throw new CliException(ExitCode.IO, OUTPUT_LOST);
            }
            return code;
        } catch (Exception e) {
            var failure = explain(e);
            err.println(NAME + ": " + oneLine(failure.getMessage()));
            return failure.code();
        }
    }

    /** Arguments, files and tokens may hold any character; a message is one line and moves no cursor. */
    private static String oneLine(String message) {
        return message.replaceAll("\\p{Cc}+", " ");
    }

    /** Every exception that commands let through, as one line and a code. */
    static CliException explain(Exception exception) {
        return switch (exception) {
            case CliException e -> e;
            case ConfigurationException e -> new CliException(e.origin() == ConfigurationException.Origin.FLAG
                    ? ExitCode.USAGE : ExitCode.CONFIGURATION, e.getMessage());
            case ModuleException e -> new CliException(ExitCode.UNAVAILABLE, e.getMessage());
            case RegionException e -> new CliException(switch (e.kind()) {
                case MISSING -> ExitCode.NO_INPUT;
                case BUSY -> ExitCode.BUSY;
                case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
                case MISMATCH -> ExitCode.REGION;
                case IO -> ExitCode.IO;
            }, e.getMessage());
            case Pkcs11Exception e -> new CliException(code(e.returnValue()), e.getMessage());
            case LinuxException e -> new CliException(e.notPermitted() ? ExitCode.NOT_PERMITTED : ExitCode.IO,
                    e.getMessage());
            case InvalidPathException e -> new CliException(ExitCode.USAGE, "'" + e.getInput() + "': is no path");
            case IOException e -> new CliException(ExitCode.IO, e.getMessage());
            default -> new CliException(ExitCode.INTERNAL, "error in this program: " + exception);
        };
    }

    private static ExitCode code(long rv) {
        if (rv == ReturnValue.FUNCTION_NOT_SUPPORTED || rv == ReturnValue.RANDOM_NO_RNG
                || rv == ReturnValue.TOKEN_NOT_PRESENT || rv == ReturnValue.TOKEN_NOT_RECOGNIZED
                || rv == ReturnValue.SLOT_ID_INVALID || rv == ReturnValue.DEVICE_REMOVED) {
            return ExitCode.UNAVAILABLE;
        }
        return rv == ReturnValue.PIN_INCORRECT || rv == ReturnValue.PIN_LOCKED || rv == ReturnValue.USER_NOT_LOGGED_IN
                ? ExitCode.NOT_PERMITTED : ExitCode.IO;
    }

    /**
     * The description picocli needs for these arguments: only the command that is called is described in full, because
     * describing all of them takes longer than most of them run.
     */
    private static CommandSpec specFor(String... args) {
        var root = CommandSpec.create().name(NAME);
        root.usageMessage().description("Random bytes from PKCS#11 tokens, tested, into the region that seL4 reads.");
        root.usageMessage().footer("", "  entropy doctor                  what works, what does not, and what to do",
                "  entropy slots                   which tokens there are",
                "  entropy generate -n 32 --hex    32 bytes straight from a token",
                "  entropy status                  what the service does", "",
                "'entropy COMMAND --help' tells more. Exit codes are those of sysexits.h; entropy(1) lists them.");
        root.addOption(OptionSpec.builder("-V", "--version").versionHelp(true).description("print the version").build());
        addHelp(root);
        for (var command : commands()) {
            root.addSubcommand(command.name(), spec(command, args.length > 0 && args[0].equals(command.name())));
        }
        return root;
    }

    /** The description of everything, for manual pages and completion. */
    static CommandSpec fullSpec() {
        var root = specFor();
        for (var command : commands()) {
            root.removeSubcommand(command.name());
            root.addSubcommand(command.name(), spec(command, true));
        }
        return root;
    }

    private static CommandSpec spec(Command command, boolean full) {
        var spec = CommandSpec.wrapWithoutInspection(command).name(command.name());
        spec.usageMessage().description(command.summary());
        if (full) {
            command.describe(Description.into(spec));
            addHelp(spec);
            for (var child : command.children()) {
                spec.addSubcommand(child.name(), spec(child, true));
            }
        }
        return spec;
    }

    private static void addHelp(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("print this help").build());
    }

    /** Standard output as bytes, and as UTF-8 text whatever the locale says. */
    static PrintStream utf8(PrintStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }
}
