// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import maaxboard.entropy.cli.ExitCode;
import maaxboard.entropy.linux.Signals;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.source.PinSource;
import maaxboard.tokentools.service.Clients;
import maaxboard.tokentools.service.Service;
import maaxboard.tokentools.tls.ServerTls;
import maaxboard.tokentools.token.KeyName;
import maaxboard.tokentools.token.Token;
import maaxboard.tokentools.token.TokenException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code token serve}. */
final class Serve implements Command {
    private static final String ADDRESS = "127.0.0.1:8443";
    private static final String RATE = "50";

    @Override
    public String name() {
        return "serve";
    }

    @Override
    public String summary() {
        return "Offer the token to known clients over HTTPS, until it is told to end.";
    }

    @Override
    public void describe(CommandSpec spec) {
        Options.addText(spec, "FILE", "who may do what; without a line in it nobody may do anything", "--clients");
        Options.addText(spec, "ADDRESS:PORT", "where to listen (default " + ADDRESS + ")", "--listen");
        Options.addText(spec, "LABEL", "the TLS key is the one on the token with this label", "--tls-label");
        Options.addText(spec, "HEX", "the TLS key is the one on the token with this ID", "--tls-id");
        Options.addText(spec, "FILE", "PEM: the server's certificates (default: the one on the token beside its key)",
                "--tls-certificate");
        Options.addText(spec, "FILE", "PEM, PKCS #8: the TLS key, if it is not on the token", "--tls-key");
        Options.addText(spec, "FILE", "PEM: authorities whose client certificates are believed", "--client-ca");
        Options.addText(spec, "SOURCE", "file:PATH or fd:N with the security officer's PIN, if tokens are to be initialised",
                "--so-pin-source");
        Options.addText(spec, "N", "requests a second for each client, 1 to 100000 (default " + RATE + ")", "--rate");
        Options.addToken(spec);
    }

    @Override
    public ExitCode run(ParseResult arguments) throws Exception {
        if (ModuleLayer.boot().findModule("jdk.httpserver").isEmpty()) {
            throw new CliException(ExitCode.UNAVAILABLE, "serve: this Java runtime has no module jdk.httpserver, as in the"
                    + " guest, which has no network; run it on a host");
        }
        var address = address(Options.text(arguments, "--listen"));
        double rate = rate(Options.text(arguments, "--rate"));
        var clients = Clients.read(Path.of(Options.required(arguments, "--clients")));
        PinSource officer = Options.text(arguments, "--so-pin-source") == null ? null
                : Options.pinSource(arguments, "--so-pin-source");
        var authorities = path(arguments, "--client-ca");
        try (var open = OpenToken.open(arguments)) {
            var context = tls(arguments, open.token()).context(authorities);
            var end = new CountDownLatch(1);
            Signals.handle("TERM", end::countDown);
            Signals.handle("INT", end::countDown);
            try (var service = Service.start(open.token(), officer,
                    new Service.Settings(address, context, authorities != null, clients, rate, System.err::println))) {
                System.err.println("listening on https://" + service.address().getAddress().getHostAddress() + ":"
                        + service.address().getPort());
                end.await();
            } catch (BindException e) {
                throw new CliException(ExitCode.BUSY, "--listen " + address + ": " + e.getMessage());
            }
        }
        return ExitCode.OK;
    }

    private static ServerTls tls(ParseResult arguments, Token token)
            throws Pkcs11Exception, TokenException, IOException, CliException {
        var name = KeyName.of(Options.text(arguments, "--tls-label"), Options.text(arguments, "--tls-id"));
        var certificate = path(arguments, "--tls-certificate");
        var key = path(arguments, "--tls-key");
        if (name.isEmpty() == (key == null) || key != null && certificate == null) {
            throw new CliException(ExitCode.USAGE,
                    "expected a TLS key: --tls-label or --tls-id, or --tls-key with --tls-certificate");
        }
        return key == null ? ServerTls.onToken(token, name, certificate) : ServerTls.inFiles(certificate, key);
    }

    private static Path path(ParseResult arguments, String name) {
        var text = Options.text(arguments, name);
        return text == null ? null : Path.of(text);
    }

    private static double rate(String text) throws CliException {
        try {
            int value = Integer.parseInt(text == null ? RATE : text);
            if (value >= 1 && value <= 100_000) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CliException(ExitCode.USAGE, "--rate: expected a number from 1 to 100000");
    }

    private static InetSocketAddress address(String text) throws CliException {
        var wanted = text == null ? ADDRESS : text;
        int colon = wanted.lastIndexOf(':');
        try {
            int port = Integer.parseInt(wanted.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 0xffff) {
                return new InetSocketAddress(InetAddress.getByName(wanted.substring(0, colon)), port);
            }
        } catch (NumberFormatException | UnknownHostException e) {
            // said below
        }
        throw new CliException(ExitCode.USAGE, "--listen: expected ADDRESS:PORT, such as " + ADDRESS);
    }
}
