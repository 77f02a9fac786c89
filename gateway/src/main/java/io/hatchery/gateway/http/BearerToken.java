package io.hatchery.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The secret that a client shows (RFC 6750). */
final class BearerToken {
    /** What the stream speaks; a browser offers it beside the token, which it can put nowhere else. */
    static final String SUBPROTOCOL = "hatchery.v1";

    private static final String SCHEME = "Bearer ";
    private static final String IN_SUBPROTOCOL = "bearer.";
    /** As clients of Kubernetes in browsers write it, in base64url without padding. */
    private static final String IN_KUBERNETES_SUBPROTOCOL = "base64url.bearer.authorization.k8s.io.";

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
                .flatMap(protocol -> secret(protocol).stream())
                .toList();
    }

    private static Optional<String> secret(String protocol) {
        if (protocol.startsWith(IN_SUBPROTOCOL)) {
            return Optional.of(protocol.substring(IN_SUBPROTOCOL.length()));
        }
        if (!protocol.startsWith(IN_KUBERNETES_SUBPROTOCOL)) {
            return Optional.empty();
        }
        try {
            byte[] secret = Base64.getUrlDecoder().decode(protocol.substring(IN_KUBERNETES_SUBPROTOCOL.length()));
            return Optional.of(new String(secret, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // what is no base64 is no token
        }
    }
}
