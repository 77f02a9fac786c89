package io.hatchery.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks the Host header of an HTTP/1 request (RFC 9112, 3.2). */
final class HostHeader {
    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::(\\d{1,5}))?");

    private static final int MAX_PORT = 65_535;

    private HostHeader() {}

    /** Why that request is refused; empty if it is not. */
    static Optional<String> refusal(HttpServerRequest request) {
        return refusal(request.headers().getAll(HttpHeaders.HOST), request.version() == HttpVersion.HTTP_1_1);
    }

    /**
     * Why a request is refused; empty if it is not.
     *
     * @param values of its Host headers
     * @param isRequired whether it must have one, which is so since HTTP/1.1
     */
    static Optional<String> refusal(List<String> values, boolean isRequired) {
        if (values.isEmpty()) {
            return isRequired
                    ? Optional.of("the header Host is missing: send the gateway's host name")
                    : Optional.empty();
        }
        if (values.size() > 1) {
            return Optional.of("the header Host is there " + values.size() + " times: send it once");
        }
        var matcher = HOST.matcher(values.getFirst().strip());
        boolean isHost =
                matcher.matches() && (matcher.group(1) == null || Integer.parseInt(matcher.group(1)) <= MAX_PORT);
        return isHost
                ? Optional.empty()
                : Optional.of("the header Host is '" + values.getFirst()
                        + "': send a host name or an address, and a port if" + " it is not the usual one");
    }
}
