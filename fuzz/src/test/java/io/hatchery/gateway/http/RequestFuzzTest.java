package io.hatchery.gateway.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hatchery.gateway.tls.TransportRules;
import io.hatchery.gateway.tls.TransportSecurity;
import io.hatchery.gateway.view.ContainerOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Texts of requests: Host, Origin, addresses, sorts and cursors of events. */
class RequestFuzzTest {
    private static final TransportRules RULES = new TransportRules(TransportSecurity.LOOPBACK, Set::of);

    @FuzzTest(maxDuration = "4s")
    void text(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        Optional<String> refusal = HostHeader.refusal(List.of(text), true);
        if (refusal.isEmpty()) {
            Optional<String> _ = RULES.refusedHost("192.0.2.1", text);
        }
        Optional<String> origin = RULES.refusedOrigin("gateway.example.org:8470", text);
        if (origin.isEmpty() && !text.toLowerCase(Locale.ROOT).contains("//gateway.example.org:8470")) {
            throw new AssertionError("the page of another server is let in: " + text);
        }
        try {
            Object _ = ContainerOrder.parse(text);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
        try {
            Object _ = EventPage.Before.parse(text);
        } catch (IllegalArgumentException e) {
            // It is refused.
        }
    }
}
