// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import maaxboard.entropy.source.PinSource;
import maaxboard.tokentools.token.Token;

/**
 * One token over HTTPS. Whoever is not in the list of clients gets nothing but 401. Each request is answered by a thread of
 * its own; the token serves one after the other, in the order they came. No body, PIN or bearer token is logged.
 */
public final class Service implements AutoCloseable {
    /** The longest body, in bytes. */
    static final int LONGEST_BODY = 64 * 1024;

    private static final int LONGEST_URI = 2048;
    private static final int MOST_AT_ONCE = 256;
    private static final int STOP_SECONDS = 5;
    private static final String BEARER = "Bearer ";

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);
    private final Api api;
    private final Clients clients;
    private final RateLimit rate;
    private final RateLimit strangers;
    private final Consumer<String> log;

    static {
        // Read once by the server's class: a client may not be slow or long-winded for ever.
        limit("sun.net.httpserver.maxReqTime", "30");
        limit("sun.net.httpserver.maxRspTime", "120");
        limit("sun.net.httpserver.maxReqHeaders", "64");
        limit("sun.net.httpserver.maxReqHeaderSize", "16384");
        limit("jdk.httpserver.maxConnections", "512");
        // A body that is refused is read to its end if that is near: the refusal then reaches the client.
        limit("sun.net.httpserver.drainAmount", "1048576");
    }

    /**
     * How it is run.
     *
     * @param askForCertificate whether clients may present one
     * @param requestsPerSecond for each client
     * @param log is told of each request: who, what, status, time
     */
    public record Settings(InetSocketAddress address, SSLContext tls, boolean askForCertificate, Clients clients,
            double requestsPerSecond, Consumer<String> log) {
    }

    private Service(HttpsServer server, Api api, Settings settings) {
        this.server = server;
        this.api = api;
        this.clients = settings.clients;
        this.rate = new RateLimit(settings.requestsPerSecond, System::nanoTime);
        this.strangers = new RateLimit(settings.requestsPerSecond, System::nanoTime);
        this.log = settings.log;
    }

    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Starts it.
     *
     * @param soPinSource null: no token is initialised
     */
    public static Service start(Token token, PinSource soPinSource, Settings settings) throws IOException {
        var server = HttpsServer.create(settings.address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(settings.tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                var wanted = settings.tls.getDefaultSSLParameters();
                wanted.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                wanted.setWantClientAuth(settings.askForCertificate);
                parameters.setSSLParameters(wanted);
            }
        });
        var service = new Service(server, new Api(token, soPinSource), settings);
        server.createContext("/", service::serve);
        server.setExecutor(service.threads);
        server.start();
        return service;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** No new requests; those under way are waited for, some seconds. */
    @Override
    public void close() {
        server.stop(STOP_SECONDS);
        threads.shutdown();
    }

    private void serve(HttpExchange exchange) throws IOException {
        long since = System.nanoTime();
        var name = "-";
        int status;
        try (exchange) {
            Answer answer;
            boolean within = room.tryAcquire();
            try {
                if (!within) {
                    throw new Problem(503, MOST_AT_ONCE + " requests are under way", "Retry-After", "1");
                }
                var client = identify((HttpsExchange) exchange);
                name = client.name();
                answer = answer(exchange, client);
            } catch (Exception e) {
                answer = refuse(exchange, Problem.of(e));
            } finally {
                if (within) {
                    room.release();
                }
            }
            status = answer.status();
            send(exchange, answer);
            log.accept(printable("%s %s %s %d %d ms".formatted(name, exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(), status, (System.nanoTime() - since) / 1_000_000)));
        }
    }

    private Client identify(HttpsExchange exchange) throws Problem {
        Client client = null;
        var authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null && authorization.startsWith(BEARER)) {
            client = clients.bearer(authorization.substring(BEARER.length()).strip());
        } else if (authorization == null) {
            client = byCertificate(exchange.getSSLSession());
        }
        long wait = client == null ? strangers.ask(exchange.getRemoteAddress().getAddress().getHostAddress())
                : rate.ask(client.name());
        if (wait > 0) {
            throw new Problem(429, "too many requests", "Retry-After", Long.toString(wait));
        }
        if (client == null) {
            throw new Problem(401, "expected a bearer token or a client certificate that is known here", "WWW-Authenticate",
                    "Bearer");
        }
        return client;
    }

    private Client byCertificate(SSLSession session) {
        try {
            return session.getPeerPrincipal() instanceof javax.security.auth.x500.X500Principal principal
                    ? clients.subject(principal) : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private Answer answer(HttpExchange exchange, Client client) throws Exception {
        var uri = exchange.getRequestURI();
        if (uri.toString().length() > LONGEST_URI) {
            throw new Problem(414, "expected at most " + LONGEST_URI + " characters");
        }
        var path = uri.getRawPath() == null ? "" : uri.getRawPath();
        var route = api.route(exchange.getRequestMethod(), path);
        if (!client.roles().contains(route.role())) {
            throw new Problem(403, "this needs the role '" + route.role().name().toLowerCase(Locale.ROOT) + "'");
        }
        var body = body(exchange, !route.method().equals("GET"));
        var id = route.match(path);
        return route.operation().answer(new Api.Call(id.isEmpty() ? null : id, uri.getRawQuery(), body));
    }

    private static byte[] body(HttpExchange exchange, boolean expected) throws IOException, Problem {
        var length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length != null && (length.length() > 9 || Long.parseLong(length) > LONGEST_BODY)) {
            throw new Problem(413, "expected at most " + LONGEST_BODY + " bytes");
        }
        var type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (expected && (type == null || !type.toLowerCase(Locale.ROOT).matches("application/json(;.*)?"))) {
            throw new Problem(415, "expected application/json");
        }
        var body = exchange.getRequestBody().readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) {
            throw new Problem(413, "expected at most " + LONGEST_BODY + " bytes");
        }
        return body;
    }

    private static Answer refuse(HttpExchange exchange, Problem problem) throws IOException {
        if (problem.header() != null) {
            exchange.getResponseHeaders().set(problem.header(), problem.value());
        }
        return new Answer(problem.status(), "application/problem+json", problem.json().getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", answer.type());
        headers.set("Cache-Control", "no-store");
        try {
            exchange.sendResponseHeaders(answer.status(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } finally {
            if (answer.type().equals("application/octet-stream")) {
                Arrays.fill(answer.body(), (byte) 0);
            }
        }
    }

    /** One line, whatever the client called itself or asked for. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }
}
