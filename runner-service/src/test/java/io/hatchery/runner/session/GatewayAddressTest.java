package io.hatchery.runner.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.CommandId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayAddressTest {
    private static final CommandId SESSION = new CommandId("a/b");

    @Test
    void addressHasThePathOfTheSession() {
        assertThat(GatewayAddress.of("https://gateway.example:8470/", SESSION))
                .isEqualTo(new GatewayAddress(true, "gateway.example", 8470, "/v1/sessions/a%2Fb"));
        assertThat(GatewayAddress.of("https://gateway.example/fleet", SESSION))
                .isEqualTo(new GatewayAddress(true, "gateway.example", 443, "/fleet/v1/sessions/a%2Fb"));
        assertThat(GatewayAddress.of("http://[::1]:8470", SESSION).host()).isEqualTo("::1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"})
    void plainHttpStaysOnTheHost(String url) {
        assertThat(GatewayAddress.of(url, SESSION).isEncrypted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.1:1", "http://gateway.example", "http://localhost.example"})
    void plainHttpToOtherHostsIsRefused(String url) {
        assertThatThrownBy(() -> GatewayAddress.of(url, SESSION)).hasMessageContaining("TLS alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "gateway", "ftp://127.0.0.1", "https://", "https://user@gateway", "file:///etc/passwd", "::"
            })
    void whatIsNoUrlOfAGatewayIsRefused(String url) {
        assertThatThrownBy(() -> GatewayAddress.of(url, SESSION)).hasMessageContaining("gateway.url");
    }
}
