package io.hatchery.gateway.tls;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides which clients may connect, and which requests are meant for this gateway. */
public final class TransportRules {
    private static final String LOCALHOST = "localhost";

    private final TransportSecurity security;
    private final Supplier<Set<String>> certificateNames;

    /**
     * @param certificateNames the DNS names of the present certificate; empty for plain HTTP
     */
    public TransportRules(TransportSecurity security, Supplier<Set<String>> certificateNames) {
        this.security = security;
        this.certificateNames = certificateNames;
    }

    /** Whether clients speak TLS. */
    public boolean isEncrypted() {
        return security.certificate() != null;
    }

    /**
     * Why a client may not connect; empty if it may.
     *
     * @param address of the client
     */
    public Optional<String> refusedClient(String address) {
        return isEncrypted() || isLoopback(address) || security.trusts(address)
                ? Optional.empty()
                : Optional.of("the gateway has no TLS, and " + address
                        + " is not one of gateway.trusted-proxies: set gateway.tls.certificate and gateway.tls.key");
    }

    /**
     * Why a request is not for this gateway; empty if it is. A web page whose host name resolves to the gateway's address (DNS
     * rebinding) sends that name.
     *
     * @param client address of the client
     * @param host the header Host; null if there is none
     */
    public Optional<String> refusedHost(String client, @Nullable String host) {
        if (host == null || security.trusts(client)) {
            return Optional.empty();
        }
        String name = withoutPort(host).toLowerCase(Locale.ROOT);
        return isAddress(name)
                        || name.equals(LOCALHOST)
                        || security.names().contains(name)
                        || certificateNames.get().stream().anyMatch(pattern -> matches(pattern, name))
                ? Optional.empty()
                : Optional.of("the header Host is '" + host
                        + "', which is not a name of this gateway: add it to gateway.names, or add the address of a reverse"
                        + " proxy to gateway.trusted-proxies");
    }

    /**
     * Why a request of a web page is refused; empty if it is not. Pages of other servers must not use the gateway.
     *
     * @param host the header Host
     * @param origin the header Origin; null if there is none, as with clients that are no browser
     */
    public Optional<String> refusedOrigin(@Nullable String host, @Nullable String origin) {
        if (origin == null) {
            return Optional.empty();
        }
        try {
            String authority = new URI(origin).getRawAuthority();
            if (authority != null && authority.equalsIgnoreCase(host)) {
                return Optional.empty();
            }
        } catch (URISyntaxException e) {
            return Optional.of("the header Origin is not a URL");
        }
        return Optional.of("the request comes from a web page of " + origin + ", not of this gateway");
    }

    private static String withoutPort(String host) {
        return host.replaceFirst(":\\d+$", "");
    }

    private static boolean isAddress(String name) {
        return name.startsWith("[") || name.matches("[0-9.]+");
    }

    private static boolean isLoopback(String address) {
        return InetAddress.ofLiteral(address).isLoopbackAddress();
    }

    /** RFC 6125, 6.4.3: a wildcard stands for one label. */
    private static boolean matches(String pattern, String name) {
        int dot = name.indexOf('.');
        return pattern.equals(name)
                || pattern.startsWith("*.") && dot > 0 && pattern.substring(1).equals(name.substring(dot));
    }
}
