package io.hatchery.runner.session;

import io.hatchery.protocol.CommandId;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where the websocket of a session is opened. Who may write commands names the gateway, so it is checked.
 *
 * @param host a name or an address
 * @param port 1 to 65535
 * @param path of the session
 */
record GatewayAddress(boolean isEncrypted, String host, int port, String path) {
    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    /**
     * Reads the URL of a ticket.
     *
     * @throws IllegalArgumentException if it is not the URL of a gateway, or bytes of sessions would leave this host without TLS
     */
    static GatewayAddress of(String url, CommandId session) {
        try {
            var uri = new URI(url);
            String host = uri.getHost();
            boolean isEncrypted = "https".equals(uri.getScheme());
            if (host == null || !isEncrypted && !"http".equals(uri.getScheme()) || uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException("'" + url + "' is not the URL of a gateway: set gateway.url");
            }
            if (!isEncrypted && !isLoopback(host)) {
                throw new IllegalArgumentException("the URL of the gateway is " + url
                        + ", and sessions leave a host with TLS alone: set gateway.url to an https URL");
            }
            int port = uri.getPort() > 0 ? uri.getPort() : isEncrypted ? HTTPS : HTTP;
            String base = uri.getRawPath() == null ? "" : uri.getRawPath().replaceAll("/+$", "");
            String id = URLEncoder.encode(session.value(), StandardCharsets.UTF_8);
            return new GatewayAddress(isEncrypted, host.replaceAll("^\\[|]$", ""), port, base + "/v1/sessions/" + id);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + url + "' is not a URL: set gateway.url", e);
        }
    }

    /** Names but localhost are not resolved: what they resolve to may change. */
    private static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host.replaceAll("^\\[|]$", "")).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
