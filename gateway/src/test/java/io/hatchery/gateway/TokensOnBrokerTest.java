package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of several gateways over one broker. */
@Tag("kafka")
class TokensOnBrokerTest {
    @TempDir
    Path data;

    private TestFleet fleet;

    @BeforeEach
    void start() throws Exception {
        fleet = new TestFleet(data);
    }

    @AfterEach
    void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static String create(TestFleet.Gateway gateway, String body) throws Exception {
        var created = gateway.send("POST", "/v1/tokens", body.getBytes(StandardCharsets.UTF_8), Map.of());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return Json.readObject(created.body().getBytes(StandardCharsets.UTF_8))
                .path("secret")
                .asText();
    }

    @Test
    void tokenOfOneGatewayWorksAtAllUntilItIsRevoked() throws Exception {
        var one = fleet.gateway();
        var other = fleet.gateway();
        String secret = create(one, "{\"name\":\"ci\",\"role\":\"viewer\",\"selector\":\"tier=web\"}");
        while (other.sendAs(secret, "GET", "/v1/containers", null).statusCode() != 200) {
            Thread.onSpinWait(); // until the other gateway has read the record
        }
        try (var stream = other.stream(secret);
                var administrator = other.stream("secret")) {
            stream.untilSynced();
            assertThat(one.send("DELETE", "/v1/tokens/ci", null, Map.of()).statusCode())
                    .isEqualTo(204);
            assertThat(one.sendAs(secret, "GET", "/v1/containers", null).statusCode())
                    .isEqualTo(401);
            assertThat(stream.closeCode()).isEqualTo(4401);
            assertThat(other.sendAs(secret, "GET", "/v1/containers", null).statusCode())
                    .isEqualTo(401);
            administrator.untilSynced();
        }
    }

    @Test
    void streamEndsWhenItsTokenExpires() throws Exception {
        var gateway = fleet.gateway();
        String secret = create(gateway, "{\"name\":\"short\",\"role\":\"viewer\",\"ttl\":\"2s\"}");
        try (var stream = gateway.stream(secret)) {
            assertThat(stream.closeCode()).isEqualTo(4401);
        }
        assertThat(gateway.sendAs(secret, "GET", "/v1/containers", null).statusCode())
                .isEqualTo(401);
    }

    @Test
    void tokensAreThereAfterARestartAndNoRecordHasTheSecret() throws Exception {
        var before = fleet.gateway();
        String secret = create(before, "{\"name\":\"ci\",\"role\":\"operator\",\"hosts\":[\"h1\"]}");
        before.stop();
        var after = fleet.gateway();
        assertThat(after.sendAs(secret, "GET", "/v1/containers", null).statusCode())
                .isEqualTo(200);
        assertThat(fleet.records(Topics.ACCESS))
                .allSatisfy(record -> assertThat(new String(record.value(), StandardCharsets.UTF_8))
                        .contains("\"hash\"")
                        .doesNotContain(secret));
        assertThat(after.get("/v1/tokens").body())
                .contains("\"ci\"", "\"createdBy\":\"admin\"")
                .doesNotContain(secret, "hash");
    }
}
