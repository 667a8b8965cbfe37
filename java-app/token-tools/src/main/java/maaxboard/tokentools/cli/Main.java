// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import maaxboard.entropy.cli.ExitCode;
import maaxboard.entropy.daemon.ConfigurationException;
import maaxboard.entropy.linux.SelfProtection;
import maaxboard.entropy.pkcs11.ModuleException;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.tokentools.token.TokenException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The program {@code token}: finds the command, runs it, and turns what goes wrong into one line and an exit code. */
public final class Main {
    static final String NAME = "token";

    private static final String VERSION = "0.1.0";
    private static final long MECHANISM_INVALID = 0x70;

    private Main() {
    }

    /** All commands, in the order the help lists them. */
    static List<Command> commands() {
        return List.of(new Init(), new KeyPair(), new Objects(), new Request(), new ImportCertificate(), new Sign(),
                new Serve());
    }

    public static void main(String[] args) {
        // PINs pass through here.
        SelfProtection.forbidCoreDumps();
        System.exit(run(utf8(System.out), utf8(System.err), args).code());
    }

    static ExitCode run(PrintStream out, PrintStream err, String... args) {
        var line = new CommandLine(spec()).setTrimQuotes(false);
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
                out.println(NAME + " " + VERSION);
                return ExitCode.OK;
            }
            if (!(result.commandSpec().userObject() instanceof Command command)) {
                commandLine.usage(err);
                return ExitCode.USAGE;
            }
            var code = command.run(result);
            if (System.out.checkError()) {
                throw new CliException(ExitCode.IO, "standard output: cannot be written");
            }
            return code;
        } catch (ParameterException e) {
            err.println(NAME + ": " + oneLine(e.getMessage()) + "; see '"
                    + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'");
            return ExitCode.USAGE;
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

    private static CliException explain(Exception exception) {
        return switch (exception) {
            case CliException e -> e;
            case TokenException e -> new CliException(switch (e.kind()) {
                case WRONG -> ExitCode.USAGE;
                case MISSING, ABSENT, UNSUPPORTED -> ExitCode.UNAVAILABLE;
                case DUPLICATE -> ExitCode.CANNOT_CREATE;
                case DATA -> ExitCode.DATA;
                case PIN, READ_ONLY -> ExitCode.NOT_PERMITTED;
            }, e.getMessage());
            case ConfigurationException e -> new CliException(e.origin() == ConfigurationException.Origin.FLAG
                    ? ExitCode.USAGE : ExitCode.CONFIGURATION, e.getMessage());
            case ModuleException e -> new CliException(ExitCode.UNAVAILABLE, e.getMessage());
            case Pkcs11Exception e -> new CliException(code(e.returnValue()), e.getMessage());
            case InvalidPathException e -> new CliException(ExitCode.USAGE, "'" + e.getInput() + "': is no path");
            case NoSuchFileException e -> new CliException(ExitCode.NO_INPUT, e.getMessage() + ": no such file");
            case FileAlreadyExistsException e -> new CliException(ExitCode.CANNOT_CREATE, e.getMessage() + ": is there already");
            case IOException e -> new CliException(ExitCode.IO, e.getMessage());
            default -> new CliException(ExitCode.INTERNAL, "error in this program: " + exception);
        };
    }

    private static ExitCode code(long rv) {
        if (rv == ReturnValue.FUNCTION_NOT_SUPPORTED || rv == MECHANISM_INVALID || rv == ReturnValue.RANDOM_NO_RNG
                || rv == ReturnValue.TOKEN_NOT_PRESENT || rv == ReturnValue.TOKEN_NOT_RECOGNIZED
                || rv == ReturnValue.SLOT_ID_INVALID || rv == ReturnValue.DEVICE_REMOVED) {
            return ExitCode.UNAVAILABLE;
        }
        return rv == ReturnValue.USER_NOT_LOGGED_IN ? ExitCode.NOT_PERMITTED : ExitCode.IO;
    }

    /** The description of everything. */
    static CommandSpec spec() {
        var root = CommandSpec.create().name(NAME);
        root.usageMessage().description("Keys and certificates in PKCS#11 tokens.");
        root.usageMessage().footer("", "Module, token and PIN are named as 'entropy' names them. A PIN is read from a file or a"
                + " descriptor, never from the command line. Exit codes are those of entropy(1).");
        root.addOption(OptionSpec.builder("-V", "--version").versionHelp(true).description("print the version").build());
        addHelp(root);
        for (var command : commands()) {
            var spec = CommandSpec.wrapWithoutInspection(command).name(command.name());
            spec.usageMessage().description(command.summary());
            command.describe(spec);
            addHelp(spec);
            root.addSubcommand(command.name(), spec);
        }
        return root;
    }

    private static void addHelp(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("print this help").build());
    }

    private static PrintStream utf8(PrintStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }
}
