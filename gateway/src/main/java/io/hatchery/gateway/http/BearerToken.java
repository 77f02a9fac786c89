package io.hatchery.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.List;

/** The secret that a client shows (RFC 6750). */
final class BearerToken {
    /** What the stream speaks; a browser offers it beside the token, which it can put nowhere else. */
    static final String SUBPROTOCOL = "hatchery.v1";

    private static final String SCHEME = "Bearer ";
    private static final String IN_SUBPROTOCOL = "bearer.";

    private BearerToken() {}

    /** What may be the secret: that of the header Authorization if there is one, else those that a websocket offers. */
    static List<String> shownBy(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                    ? List.of(authorization.substring(SCHEME.length()).strip())
                    : List.of();
        }
        return request.headers().getAll("Sec-WebSocket-Protocol").stream()
                .flatMap(offered -> Arrays.stream(offered.split(",")))
                .map(String::strip)
                .filter(protocol -> protocol.startsWith(IN_SUBPROTOCOL))
                .map(protocol -> protocol.substring(IN_SUBPROTOCOL.length()))
                .toList();
    }
}
