package io.hatchery.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The token that a client must show (RFC 6750), compared in constant time. */
final class BearerToken {
    /** What the stream speaks; a browser offers it beside the token, which it can put nowhere else. */
    static final String SUBPROTOCOL = "hatchery.v1";

    private static final String SCHEME = "Bearer ";
    private static final String IN_SUBPROTOCOL = "bearer.";

    private final byte[] expected;

    BearerToken(String token) {
        this.expected = token.getBytes(StandardCharsets.UTF_8);
    }

    boolean isShownBy(HttpServerRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null) {
            return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                    && matches(authorization.substring(SCHEME.length()).strip());
        }
        for (String offered : request.headers().getAll("Sec-WebSocket-Protocol")) {
            for (String protocol : offered.split(",")) {
                String stripped = protocol.strip();
                if (stripped.startsWith(IN_SUBPROTOCOL) && matches(stripped.substring(IN_SUBPROTOCOL.length()))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean matches(String shown) {
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected);
    }
}
