// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import maaxboard.entropy.source.PinSource;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.CertificateRequest;
import maaxboard.tokentools.token.Certificates;
import maaxboard.tokentools.token.KeyAlgorithm;
import maaxboard.tokentools.token.KeyName;
import maaxboard.tokentools.token.Token;

/** The operations of the service on its one token, as openapi.json describes them. */
final class Api {
    /** The most bytes of one GET /v1/random. */
    static final int MOST_RANDOM = 4096;

    private static final String DEFAULT_ALGORITHM = "EC:prime256v1";

    private final Token token;
    private final PinSource soPinSource;
    private final byte[] description;
    private final List<Route> routes = new ArrayList<>();

    /** @param soPinSource null: the service initialises no token */
    Api(Token token, PinSource soPinSource) throws IOException {
        this.token = token;
        this.soPinSource = soPinSource;
        try (var in = Api.class.getResourceAsStream("openapi.json")) {
            description = in.readAllBytes();
        }
        routes.add(new Route("GET", "/v1/openapi.json", Role.READ,
                call -> new Answer(200, "application/json", description)));
        routes.add(new Route("GET", "/v1/token", Role.READ, call -> tokenAnswer(200)));
        routes.add(new Route("PUT", "/v1/token", Role.ADMINISTER, this::initialize));
        routes.add(new Route("GET", "/v1/objects", Role.READ, call -> objects()));
        routes.add(new Route("POST", "/v1/keys", Role.ADMINISTER, this::makeKey));
        routes.add(new Route("POST", "/v1/keys/{id}/request", Role.USE, this::request));
        routes.add(new Route("PUT", "/v1/keys/{id}/certificate", Role.ADMINISTER, this::importCertificate));
        routes.add(new Route("GET", "/v1/random", Role.USE, this::random));
    }

    /**
     * What was asked.
     *
     * @param id the path's variable part, or null
     * @param query the URI's, or null
     */
    record Call(String id, String query, byte[] body) {
    }

    @FunctionalInterface
    interface Operation {
        Answer answer(Call call) throws Exception;
    }

    /** @param path with at most one {id} */
    record Route(String method, String path, Role role, Operation operation) {
        /** The variable part if the path fits, empty if there is none; else null. */
        String match(String asked) {
            int variable = path.indexOf("{id}");
            if (variable < 0) {
                return asked.equals(path) ? "" : null;
            }
            var before = path.substring(0, variable);
            var behind = path.substring(variable + 4);
            if (!asked.startsWith(before) || !asked.endsWith(behind) || asked.length() < before.length() + behind.length()) {
                return null;
            }
            var id = asked.substring(before.length(), asked.length() - behind.length());
            return id.matches("[0-9A-Fa-f]+") ? id : null;
        }
    }

    /**
     * The operation for a method and a path.
     *
     * @throws Problem 404 or 405
     */
    Route route(String method, String path) throws Problem {
        var methods = new TreeSet<String>();
        for (var route : routes) {
            if (route.match(path) != null) {
                if (route.method.equals(method)) {
                    return route;
                }
                methods.add(route.method);
            }
        }
        if (methods.isEmpty()) {
            throw new Problem(404, "no such resource");
        }
        throw new Problem(405, "the resource has other methods", "Allow", String.join(", ", methods));
    }

    List<Route> routes() {
        return List.copyOf(routes);
    }

    private Answer tokenAnswer(int status) throws Exception {
        var info = token.info();
        long slot = token.slotId();
        return Answer.json(status, json -> Json.token(json, slot, info));
    }

    private Answer initialize(Call call) throws Exception {
        var body = Body.parse(call.body, Set.of("label", "erase"));
        if (soPinSource == null) {
            throw new Problem(403, "this service initialises no token: it was started without --so-pin-source");
        }
        token.initialize(body.required("label"), soPinSource, body.flag("erase"));
        return tokenAnswer(200);
    }

    private Answer objects() throws Exception {
        var objects = token.objects();
        return Answer.json(200, json -> {
            json.writeArrayFieldStart("objects");
            for (var object : objects) {
                json.writeStartObject();
                Json.object(json, object);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private Answer makeKey(Call call) throws Exception {
        var body = Body.parse(call.body, Set.of("label", "id", "algorithm"));
        var algorithm = body.text("algorithm");
        var key = token.generate(KeyAlgorithm.named(algorithm == null ? DEFAULT_ALGORITHM : algorithm),
                KeyName.of(body.required("label"), body.text("id")));
        return Answer.json(201, json -> Json.key(json, key));
    }

    private Answer request(Call call) throws Exception {
        var body = Body.parse(call.body, Set.of("subject", "dns", "ip"));
        var pem = CertificateRequest.make(token, KeyName.of(null, call.id), body.required("subject"), body.texts("dns"),
                body.texts("ip"));
        return Answer.json(200, json -> json.writeStringField("request", pem));
    }

    private Answer importCertificate(Call call) throws Exception {
        var body = Body.parse(call.body, Set.of("certificate"));
        var key = token.importCertificate(
                Certificates.parse(body.required("certificate").getBytes(StandardCharsets.US_ASCII)),
                KeyName.of(null, call.id));
        return Answer.json(201, json -> Json.key(json, key));
    }

    private Answer random(Call call) throws Exception {
        var query = call.query == null ? "" : call.query;
        if (!query.matches("bytes=[1-9][0-9]{0,5}") || Integer.parseInt(query.substring(6)) > MOST_RANDOM) {
            throw new Problem(400, "expected ?bytes=N, N from 1 to " + MOST_RANDOM);
        }
        return Answer.bytes(token.random(Integer.parseInt(query.substring(6))));
    }
}
