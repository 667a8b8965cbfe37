// SPDX-License-Identifier: BSD-2-Clause
package maaxboard.tokentools.service;

import java.io.IOException;
import maaxboard.entropy.pkcs11.Pkcs11Exception;
import maaxboard.entropy.pkcs11.ReturnValue;
import maaxboard.tokentools.json.Json;
import maaxboard.tokentools.token.TokenException;

/** A refusal: what RFC 9457 calls a problem, as application/problem+json. */
final class Problem extends Exception {
    private static final long serialVersionUID = 1L;
    private static final long MECHANISM_INVALID = 0x70;

    private final int status;
    private final String header;
    private final String value;

    Problem(int status, String detail) {
        this(status, detail, null, null);
    }

    /** @param header a header line that belongs to the status, or null */
    Problem(int status, String detail, String header, String value) {
        super(detail);
        this.status = status;
        this.header = header;
        this.value = value;
    }

    /** What went wrong below, as clients are told it. */
    static Problem of(Exception exception) {
        return switch (exception) {
            case Problem problem -> problem;
            case TokenException e -> new Problem(switch (e.kind()) {
                case WRONG -> 400;
                case MISSING -> 404;
                case DUPLICATE, READ_ONLY -> 409;
                case DATA -> 422;
                case UNSUPPORTED -> 501;
                case PIN, ABSENT -> 503;
            }, e.getMessage());
            case Pkcs11Exception e -> new Problem(status(e.returnValue()), e.getMessage());
            case IOException e -> new Problem(503, e.getMessage());
            default -> new Problem(500, "error in this program");
        };
    }

    private static int status(long rv) {
        if (rv == ReturnValue.TOKEN_NOT_PRESENT || rv == ReturnValue.DEVICE_REMOVED || rv == ReturnValue.SLOT_ID_INVALID) {
            return 503;
        }
        return rv == ReturnValue.FUNCTION_NOT_SUPPORTED || rv == MECHANISM_INVALID ? 501 : 502;
    }

    int status() {
        return status;
    }

    String header() {
        return header;
    }

    String value() {
        return value;
    }

    String json() throws IOException {
        return Json.object(json -> {
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", title());
            json.writeNumberField("status", status);
            json.writeStringField("detail", getMessage());
        });
    }

    private String title() {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 422 -> "Unprocessable Content";
            case 429 -> "Too Many Requests";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            default -> "Internal Server Error";
        };
    }
}
