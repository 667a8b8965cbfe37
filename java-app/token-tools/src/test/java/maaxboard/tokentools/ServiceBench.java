// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** {@code token serve} as a process, and a client that believes the test's authority. */
final class ServiceBench implements AutoCloseable {
    /** Names of the clients, each with the one role it is named after. */
    static final List<String> CLIENTS = List.of("read", "use", "administer");

    private final TokenBench bench;
    private final Process process;
    private final Path log;
    final String base;
    final HttpClient client;

    /** @param options of {@code token serve} that name the TLS key, and more */
    ServiceBench(TokenBench bench, List<String> which, String... options) throws Exception {
        this.bench = bench;
        log = Files.createTempFile(bench.folder, "serve", ".log");
        writeClients(bench);
        var arguments = new ArrayList<>(List.of("serve", "--listen", "127.0.0.1:0", "--clients",
                bench.file("clients").toString()));
        arguments.addAll(which);
        arguments.addAll(List.of(options));
        process = bench.start(Path.of("/dev/null"), log, TokenBench.command(arguments).toArray(String[]::new));
        for (int i = 0; !log().contains("listening on "); i++) {
            assertTrue(process.isAlive() && i < 1200, log());
            Thread.sleep(50);
        }
        base = log().lines().filter(line -> line.startsWith("listening on ")).findFirst().orElseThrow()
                .replace("listening on https://127.0.0.1", "https://localhost");
        client = HttpClient.newBuilder().sslContext(trusting(bench.file("ca.pem"))).version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(60)).build();
    }

    private static void writeClients(TokenBench bench) throws Exception {
        var lines = new StringBuilder("# a comment\n");
        for (var name : CLIENTS) {
            var hash = MessageDigest.getInstance("SHA-256").digest(secret(name).getBytes(StandardCharsets.UTF_8));
            lines.append(name).append(" bearer ").append(HexFormat.of().formatHex(hash)).append(' ').append(name).append("\n");
        }
        Files.writeString(bench.file("clients"), lines.append("read,use certificate CN=alice,O=Example\n"));
    }

    static String secret(String client) {
        return "secret-of-" + client;
    }

    private static SSLContext trusting(Path authority) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(authority)) {
            store.setCertificateEntry("ca", (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    String port() {
        return base.substring(base.lastIndexOf(':') + 1);
    }

    /**
     * Asks.
     *
     * @param name of a client; null: says nothing of itself
     * @param body JSON; null: none
     */
    HttpResponse<byte[]> ask(String name, String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(120)).method(method,
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (name != null) {
            request.header("Authorization", "Bearer " + secret(name));
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** What curl says of a path, standard error behind it, and its exit status. */
    TokenBench.Result curl(String path, String... options) throws Exception {
        var command = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--cacert", "ca.pem"));
        command.addAll(List.of(options));
        command.add(base + path);
        return bench.run(command.toArray(String[]::new));
    }

    /** Ends it as an administrator does. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertEquals(0, process.exitValue(), log());
    }
}
