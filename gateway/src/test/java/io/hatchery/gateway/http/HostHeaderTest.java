package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostHeaderTest {
    @Test
    void namesAndAddressesWithAndWithoutPortAreHosts() {
        for (String host : List.of(
                "localhost",
                "fleet.example:8470",
                "127.0.0.1:8470",
                "[::1]",
                "[fe80::1]:80",
                "a_b",
                "x%20y",
                "h:0",
                "H:65535")) {
            assertThat(HostHeader.refusal(List.of(host), true)).as(host).isEmpty();
        }
        assertThat(HostHeader.refusal(List.of(), false)).isEmpty();
    }

    @Test
    void anythingElseIsRefusedWithItsValue() {
        for (String host : List.of(
                "",
                "a b",
                "a/b",
                "http://a",
                "user@host",
                "a:b",
                "a:65536",
                "a:999999",
                "[::1",
                "a,b:1:2",
                "x%2",
                "ä")) {
            assertThat(HostHeader.refusal(List.of(host), true).orElse("none"))
                    .as(host)
                    .contains("'" + host + "'");
        }
        assertThat(HostHeader.refusal(List.of("a", "a"), true).orElse("")).contains("2 times");
        assertThat(HostHeader.refusal(List.of(), true).orElse("")).contains("missing");
    }
}
