// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import maaxboard.tokentools.json.Json;

/** What a client gets. */
record Answer(int status, String type, byte[] body) {
    static Answer json(int status, Json.Fields fields) throws IOException {
        return new Answer(status, "application/json", Json.object(fields).getBytes(StandardCharsets.UTF_8));
    }

    static Answer bytes(byte[] body) {
        return new Answer(200, "application/octet-stream", body);
    }
}
