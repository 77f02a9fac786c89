package io.hatchery.gateway.tls;

import io.hatchery.spec.Subnet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway protects what clients send.
 *
 * @param certificate the files of its certificate; null for plain HTTP
 * @param trustedProxies the addresses of reverse proxies, which may forward requests without TLS and for any host name. Without TLS,
 *     no other address but loopback can connect.
 * @param names further host names by which clients may address it
 */
public record TransportSecurity(
        @Nullable CertificateFiles certificate, List<Subnet> trustedProxies, Set<String> names) {
    /** Plain HTTP for clients on the same machine. */
    public static final TransportSecurity LOOPBACK = new TransportSecurity(null, List.of(), Set.of());

    /** Keeps immutable copies. */
    public TransportSecurity {
        trustedProxies = List.copyOf(trustedProxies);
        names = Set.copyOf(names);
    }

    /** Whether an address is that of a trusted proxy. */
    boolean trusts(String address) {
        return trustedProxies.stream().anyMatch(proxies -> proxies.contains(address));
    }
}
