// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code token serve} with its TLS key in the SoftHSM2 token that it serves. */
class ServiceIT {
    private static final String PROBLEM = "application/problem+json";

    @TempDir
    static Path folder;

    private static TokenBench bench;
    private static ServiceBench service;
    private static Map<String, Object> description;

    @BeforeAll
    static void start() throws Exception {
        bench = new TokenBench(folder);
        bench.makeAuthority();
        bench.makeToken("alpha");
        ServerKeys.make(bench, bench.softHsm("alpha"), "server", "EC:prime256v1");
        ServerKeys.make(bench, bench.softHsm("alpha"), "rsa", "rsa:2048");
        service = new ServiceBench(bench, bench.softHsm("alpha"), "--tls-label", "server", "--client-ca",
                bench.file("ca.pem").toString(), "--rate", "100000");
        description = JsonTree.object(text(service.ask("read", "GET", "/v1/openapi.json", null)));
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
        assertNoSecret(service.log());
    }

    private static void assertNoSecret(String log) {
        for (var secret : List.of(TokenBench.PIN, "secret-of", "PRIVATE")) {
            assertFalse(log.contains(secret), log);
        }
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static String type(HttpResponse<byte[]> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }

    /** Asks, and holds the answer against the description. */
    private static Map<String, Object> described(int status, String client, String method, String path, String template,
            String body) throws Exception {
        var response = service.ask(client, method, path, body);
        assertEquals(status, response.statusCode(), path + "\n" + text(response));
        var answer = JsonTree.map(JsonTree.at(description, "paths", template, method.toLowerCase(java.util.Locale.ROOT),
                "responses", Integer.toString(status)));
        assertTrue(answer != null, status + " of " + method + " " + template + " is not described");
        if (answer.get("$ref") instanceof String ref) {
            answer = JsonTree.map(JsonTree.at(description, ref.substring(2).split("/")));
        }
        var content = JsonTree.map(JsonTree.at(answer, "content", type(response)));
        assertTrue(content != null, type(response) + " is not described for " + status + " of " + template);
        if (!type(response).endsWith("json")) {
            return Map.of();
        }
        var json = JsonTree.object(text(response));
        assertEquals(List.of(), JsonTree.faults(description, JsonTree.map(content.get("schema")), json, path));
        return json;
    }

    @Test
    void openSslAndCurlAcceptTls13WithTheKeyOnTheToken() throws Exception {
        var said = bench.run("openssl", "s_client", "-connect", "127.0.0.1:" + service.port(), "-CAfile", "ca.pem",
                "-verify_return_error", "-tls1_3").out();
        assertTrue(said.contains("Peer signature type: ECDSA") && said.contains("Verify return code: 0 (ok)"), said);
        var curl = service.curl("/v1/token", "--verbose", "--tlsv1.3", "--header",
                "Authorization: Bearer " + ServiceBench.secret("read"));
        assertTrue(curl.err().contains("SSL connection using TLSv1.3"), curl.err());
        assertTrue(curl.out().contains("\"label\":\"alpha\""), curl.out());
    }

    @Test
    void anRsaKeyOnTheTokenServesBothVersionsOfTls() throws Exception {
        try (var other = new ServiceBench(bench, bench.softHsm("alpha"), "--tls-label", "rsa")) {
            for (var version : List.of("-tls1_3", "-tls1_2")) {
                var said = bench.run("openssl", "s_client", "-connect", "127.0.0.1:" + other.port(), "-CAfile", "ca.pem",
                        "-verify_return_error", version).out();
                assertTrue(said.contains("Peer signature type: RSA-PSS") && said.contains("Verify return code: 0 (ok)"), said);
            }
        }
    }

    @Test
    void aKeyInAFileServesToo() throws Exception {
        ServerKeys.makeFile(bench);
        try (var other = new ServiceBench(bench, bench.softHsm("alpha"), "--tls-certificate", bench.file("file.pem").toString(),
                "--tls-key", bench.file("file.key").toString())) {
            assertEquals(200, other.ask("read", "GET", "/v1/token", null).statusCode());
        }
    }

    @Test
    void anEmptyTokenIsInitialisedAndNotAgainUnasked() throws Exception {
        var empty = new TokenBench(Files.createDirectories(folder.resolve("empty")));
        for (var file : List.of("ca.pem", "ca.key")) {
            Files.copy(bench.file(file), empty.file(file));
        }
        ServerKeys.makeFile(empty);
        try (var other = new ServiceBench(empty, List.of("--module", TokenBench.SOFTHSM, "--slot-index", "0", "--pin-source",
                "file:" + empty.file("pin")), "--so-pin-source", "file:" + empty.file("so-pin"), "--tls-certificate",
                empty.file("file.pem").toString(), "--tls-key", empty.file("file.key").toString())) {
            assertEquals(503, other.ask("read", "GET", "/v1/objects", null).statusCode());
            var made = other.ask("administer", "PUT", "/v1/token", "{\"label\":\"new\"}");
            assertEquals(200, made.statusCode(), text(made));
            assertEquals("new", JsonTree.object(text(made)).get("label"));
            assertEquals(201, other.ask("administer", "POST", "/v1/keys", "{\"label\":\"first\"}").statusCode());
            assertEquals(409, other.ask("administer", "PUT", "/v1/token", "{\"label\":\"new\"}").statusCode());
            assertEquals(200, other.ask("administer", "PUT", "/v1/token", "{\"label\":\"newer\",\"erase\":true}").statusCode());
            assertEquals("{\"objects\":[]}\n", text(other.ask("read", "GET", "/v1/objects", null)));
        }
    }

    @Test
    void aPinThatTheTokenRefusedIsNotGivenAgain() throws Exception {
        ServerKeys.makeFile(bench);
        try (var other = new ServiceBench(bench, List.of("--module", TokenBench.SOFTHSM, "--token-label", "alpha", "--trace",
                "--pin-source", "file:" + bench.file("wrong-pin")), "--tls-certificate", bench.file("file.pem").toString(),
                "--tls-key", bench.file("file.key").toString())) {
            for (int i = 0; i < 3; i++) {
                assertEquals(503, other.ask("read", "GET", "/v1/objects", null).statusCode());
            }
            assertEquals(200, other.ask("use", "GET", "/v1/random?bytes=1", null).statusCode());
            assertEquals(1, other.log().lines().filter(line -> line.startsWith("trace: C_Login")).count(), other.log());
        }
    }

    @Test
    void everyOperationDoesWhatItsDescriptionSays() throws Exception {
        described(200, "read", "GET", "/v1/token", "/v1/token", null);
        var key = described(201, "administer", "POST", "/v1/keys", "/v1/keys", "{\"label\":\"by rest\",\"id\":\"c0de\"}");
        assertEquals(Map.of("label", "by rest", "id", "c0de", "algorithm", "EC:prime256v1"), key);
        described(409, "administer", "POST", "/v1/keys", "/v1/keys", "{\"label\":\"by rest\"}");
        var request = described(200, "use", "POST", "/v1/keys/c0de/request", "/v1/keys/{id}/request",
                "{\"subject\":\"CN=by rest\",\"dns\":[\"www.example.org\"],\"ip\":[\"192.0.2.1\"]}");
        Files.writeString(bench.file("rest.csr"), (String) request.get("request"));
        bench.good("openssl", "req", "-in", "rest.csr", "-verify", "-noout");
        bench.sign("rest.csr", "rest.pem");
        var certificate = "{\"certificate\":\"" + Files.readString(bench.file("rest.pem")).replace("\n", "\\n") + "\"}";
        described(422, "administer", "PUT", "/v1/keys/01/certificate", "/v1/keys/{id}/certificate", certificate);
        described(201, "administer", "PUT", "/v1/keys/c0de/certificate", "/v1/keys/{id}/certificate", certificate);
        described(409, "administer", "PUT", "/v1/keys/c0de/certificate", "/v1/keys/{id}/certificate", certificate);
        described(404, "use", "POST", "/v1/keys/beef/request", "/v1/keys/{id}/request", "{\"subject\":\"CN=x\"}");
        var objects = described(200, "read", "GET", "/v1/objects", "/v1/objects", null).toString();
        assertTrue(objects.contains("type=certificate, label=by rest, id=c0de"), objects);
        described(200, "use", "GET", "/v1/random?bytes=32", "/v1/random", null);
        assertEquals(4096, service.ask("use", "GET", "/v1/random?bytes=4096", null).body().length);
    }

    @Test
    void whoIsUnknownOrHasNotTheRoleIsRefusedEverywhere() throws Exception {
        for (var path : JsonTree.map(description.get("paths")).entrySet()) {
            for (var method : JsonTree.map(path.getValue()).keySet()) {
                if (method.equals("parameters")) {
                    continue;
                }
                var summary = (String) JsonTree.at(path.getValue(), method, "summary");
                var real = path.getKey().replace("{id}", "01");
                var verb = method.toUpperCase(java.util.Locale.ROOT);
                described(401, null, verb, real, path.getKey(), verb.equals("GET") ? null : "{}");
                described(401, "nobody", verb, real, path.getKey(), verb.equals("GET") ? null : "{}");
                for (var client : ServiceBench.CLIENTS) {
                    if (!summary.endsWith("Role " + client + ".")) {
                        described(403, client, verb, real, path.getKey(), verb.equals("GET") ? null : "{}");
                    }
                }
            }
        }
    }

    @Test
    void everyRefusalIsAProblem() throws Exception {
        record Case(int status, String client, String method, String path, String body) {
        }
        for (var refused : List.of(new Case(404, "read", "GET", "/", null), new Case(404, "read", "GET", "/v1/../v1/token", null),
                new Case(404, "read", "GET", "/v1/%2e%2e/token", null),
                new Case(404, "read", "GET", "/v1/token/", null), new Case(404, "use", "POST", "/v1/keys/..%2f01/request", "{}"),
                new Case(404, "use", "POST", "/v1/keys/01%00/request", "{}"),
                new Case(400, "use", "POST", "/v1/keys/1/request", "{\"subject\":\"CN=x\"}"),
                new Case(405, "read", "DELETE", "/v1/token", null), new Case(400, "use", "GET", "/v1/random", null),
                new Case(400, "use", "GET", "/v1/random?bytes=0", null), new Case(400, "use", "GET", "/v1/random?bytes=4097", null),
                new Case(400, "administer", "POST", "/v1/keys", "{"), new Case(400, "administer", "POST", "/v1/keys", "[]"),
                new Case(400, "administer", "POST", "/v1/keys", "{\"label\":1}"),
                new Case(400, "administer", "POST", "/v1/keys", "{\"label\":\"a\",\"label\":\"b\"}"),
                new Case(400, "administer", "POST", "/v1/keys", "{\"label\":\"a\",\"pin\":\"1\"}"),
                new Case(400, "administer", "POST", "/v1/keys", "{\"label\":\"a\"}{}"),
                new Case(400, "administer", "POST", "/v1/keys", "{\"label\":\"a\",\"algorithm\":\"rsa:512\"}"),
                new Case(400, "administer", "POST", "/v1/keys", "{\"label\":\"a\\u0000b\"}"),
                new Case(400, "use", "POST", "/v1/keys/01/request", "{\"subject\":\"nonsense\"}"),
                new Case(400, "use", "POST", "/v1/keys/01/request", "{\"subject\":\"CN=x\",\"ip\":[\"1.2.3\"]}"),
                new Case(403, "administer", "PUT", "/v1/token", "{\"label\":\"alpha\",\"erase\":true}"),
                new Case(413, "administer", "POST", "/v1/keys", "{\"label\":\"" + "a".repeat(100_000) + "\"}"),
                new Case(414, "use", "GET", "/v1/random?bytes=1" + "0".repeat(3000), null))) {
            var response = service.ask(refused.client, refused.method, refused.path, refused.body);
            var said = refused + "\n" + text(response);
            assertEquals(refused.status, response.statusCode(), said.substring(0, Math.min(500, said.length())));
            assertEquals(PROBLEM, type(response), said);
            assertEquals((long) refused.status, JsonTree.object(text(response)).get("status"), said);
        }
        // Some versions of the JDK's server refuse this one themselves.
        assertTrue(List.of(400, 404).contains(service.ask("read", "GET", "//v1/token", null).statusCode()));
        var plain = service.curl("/v1/keys", "--header", "Authorization: Bearer " + ServiceBench.secret("administer"),
                "--data", "label=a");
        assertTrue(plain.out().contains("\"status\":415"), plain.out());
        assertEquals("GET, PUT", service.ask("read", "DELETE", "/v1/token", null).headers()
                .firstValue("Allow").orElse(""));
        assertEquals("Bearer", service.ask(null, "GET", "/v1/token", null).headers().firstValue("WWW-Authenticate").orElse(""));
    }

    @Test
    void aClientCertificateLetsInWhomItNamesAndExpiredOnesAreRefused() throws Exception {
        ServerKeys.clientCertificate(bench, "alice", "CN=alice,O=Example", Duration.ofDays(1));
        ServerKeys.clientCertificate(bench, "mallory", "CN=mallory,O=Example", Duration.ofDays(1));
        ServerKeys.clientCertificate(bench, "late", "CN=alice,O=Example", Duration.ofSeconds(-60));
        var alice = service.curl("/v1/token", "--cert", "alice.pem", "--key", "alice.key");
        assertTrue(alice.out().contains("\"label\":\"alpha\""), alice.out() + alice.err());
        var mallory = service.curl("/v1/token", "--cert", "mallory.pem", "--key", "mallory.key");
        assertTrue(mallory.out().contains("\"status\":401"), mallory.out() + mallory.err());
        // TLS itself refuses: the client sees its alert, no HTTP.
        var late = service.curl("/v1/token", "--cert", "late.pem", "--key", "late.key");
        assertNotEquals(0, late.status(), late.out());
        assertEquals("", late.out());
        assertTrue(late.err().contains("alert"), late.err());
    }

    @Test
    void theLogTellsWhoAskedForWhatAndNoSecret() throws Exception {
        service.ask("read", "GET", "/v1/token", null);
        service.ask(null, "GET", "/v1/token", null);
        for (int i = 0; i < 600 && !(service.log().contains("read GET /v1/token 200")
                && service.log().contains("- GET /v1/token 401")); i++) {
            Thread.sleep(50);
        }
        var log = service.log();
        assertTrue(log.contains("read GET /v1/token 200") && log.contains("- GET /v1/token 401"), log);
        assertNoSecret(log);
    }

    @Test
    void theRateOfAClientIsLimited() throws Exception {
        try (var slow = new ServiceBench(bench, bench.softHsm("alpha"), "--tls-label", "server", "--rate", "1")) {
            int refused = 0;
            for (int i = 0; i < 20; i++) {
                var response = slow.ask("read", "GET", "/v1/token", null);
                if (response.statusCode() == 429) {
                    refused++;
                    assertEquals(PROBLEM, type(response));
                    assertEquals("1", response.headers().firstValue("Retry-After").orElse(""));
                } else {
                    assertEquals(200, response.statusCode());
                }
            }
            assertTrue(refused > 0, "20 requests at once, and none refused");
            assertEquals(200, slow.ask("use", "GET", "/v1/random?bytes=1", null).statusCode(), "another client's rate");
        }
    }

    @Test
    void sixtyFourClientsAtOnceForAMinuteAreAllServedAndNoAnswerIsLostOrGivenTwice() throws Exception {
        var given = ConcurrentHashMap.<String>newKeySet();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        Callable<Integer> client = () -> {
            int count = 0;
            do {
                var response = service.ask("use", "GET", "/v1/random?bytes=64", null);
                assertEquals(200, response.statusCode(), text(response));
                assertEquals(64, response.body().length);
                assertTrue(given.add(HexFormat.of().formatHex(response.body())), "the same bytes twice");
                count++;
            } while (System.nanoTime() < end);
            return count;
        };
        int served = 0;
        try (var threads = Executors.newFixedThreadPool(64)) {
            for (var done : threads.invokeAll(java.util.Collections.nCopies(64, client))) {
                served += done.get();
            }
        }
        assertTrue(served >= 64, served + " served");
        assertEquals(served, given.size());
        // The log's line comes behind the answer.
        long logged = 0;
        for (int i = 0; logged < served && i < 600; i++) {
            logged = service.log().lines().filter(line -> line.startsWith("use GET /v1/random 200 ")).count();
            Thread.sleep(logged < served ? 100 : 0);
        }
        assertTrue(logged >= served, served + " served, " + logged + " logged");
    }
}
