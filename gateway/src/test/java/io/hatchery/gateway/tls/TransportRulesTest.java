package io.hatchery.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.Subnet;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportRulesTest {
    private static final String PROXY = "10.0.0.7";
    private static final String ANOTHER = "10.0.0.8";

    private final TransportRules plain = new TransportRules(
            new TransportSecurity(null, List.of(new Subnet("10.0.0.7/32")), Set.of("gateway.example.org")), Set::of);
    private final TransportRules encrypted = new TransportRules(
            new TransportSecurity(new CertificateFiles(Path.of("c"), Path.of("k")), List.of(), Set.of()),
            () -> Set.of("fleet.example.org", "*.hosts.example.org"));

    @Test
    void withoutTlsOnlyItsMachineAndTrustedProxiesConnect() {
        assertThat(plain.refusedClient("127.0.0.1")).isEmpty();
        assertThat(plain.refusedClient("0:0:0:0:0:0:0:1")).isEmpty();
        assertThat(plain.refusedClient(PROXY)).isEmpty();
        assertThat(plain.refusedClient(ANOTHER))
                .hasValueSatisfying(
                        why -> assertThat(why).contains(ANOTHER, "gateway.trusted-proxies", "gateway.tls.certificate"));
    }

    @Test
    void withTlsEveryClientConnects() {
        assertThat(encrypted.refusedClient(ANOTHER)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1:8470",
                "[::1]:8470",
                "localhost:8470",
                "LOCALHOST",
                "gateway.example.org:443"
            })
    void addressesLocalhostAndConfiguredNamesAreItsNames(String host) {
        assertThat(plain.refusedHost("127.0.0.1", host)).isEmpty();
    }

    @Test
    void namesOfTheCertificateAreItsNames() {
        assertThat(encrypted.refusedHost(ANOTHER, "fleet.example.org:8470")).isEmpty();
        assertThat(encrypted.refusedHost(ANOTHER, "h1.hosts.example.org")).isEmpty();
        assertThat(encrypted.refusedHost(ANOTHER, "a.h1.hosts.example.org")).isPresent();
        assertThat(encrypted.refusedHost(ANOTHER, "hosts.example.org")).isPresent();
        assertThat(encrypted.refusedHost(ANOTHER, "gateway.example.org")).isPresent();
    }

    /** DNS rebinding: the name of a foreign page resolves to the gateway's address. */
    @Test
    void foreignNameIsRefusedUnlessAProxyForwardsIt() {
        assertThat(plain.refusedHost("127.0.0.1", "evil.example.net"))
                .hasValueSatisfying(why ->
                        assertThat(why).contains("evil.example.net", "gateway.names", "gateway.trusted-proxies"));
        assertThat(plain.refusedHost(PROXY, "evil.example.net")).isEmpty();
    }

    @Test
    void pagesOfOtherServersAreRefused() {
        assertThat(plain.refusedOrigin("localhost:8470", null)).isEmpty();
        assertThat(plain.refusedOrigin("localhost:8470", "http://localhost:8470"))
                .isEmpty();
        assertThat(plain.refusedOrigin("localhost:8470", "http://localhost")).isPresent();
        assertThat(plain.refusedOrigin("localhost:8470", "https://evil.example.net"))
                .isPresent();
        assertThat(plain.refusedOrigin("localhost:8470", "null")).isPresent();
        assertThat(plain.refusedOrigin("localhost:8470", "http://[")).isPresent();
        assertThat(plain.refusedOrigin(null, "http://localhost")).isPresent();
    }
}
