package io.hatchery.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class DefinitionBoundsTest {
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    @TempDir
    static Path data;

    private static TestFleet fleet;
    private static TestFleet.Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        fleet = new TestFleet(data);
        gateway = fleet.gateway();
    }

    @AfterAll
    static void stop() {
        fleet.close();
        assertThat(fleet.failures).isEmpty();
    }

    private static byte[] wrongKeys(int keys) {
        var body = new StringBuilder("{");
        for (int i = 0; i < keys; i++) {
            body.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":1");
        }
        return body.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void definitionWithThousandsOfErrorsIsAnsweredBrieflyWithoutBlockingOthers() throws Exception {
        for (String path : new String[] {"/v1/containers/web", "/v1/profiles/base"}) {
            var put = CompletableFuture.supplyAsync(() -> {
                try {
                    return gateway.send("PUT", path, wrongKeys(20_000), JSON);
                } catch (Exception e) {
                    throw new java.util.concurrent.CompletionException(e);
                }
            });
            while (!put.isDone()) {
                assertThat(gateway.get("/healthz").statusCode()).isEqualTo(200);
            }
            assertThat(put.get().statusCode()).isEqualTo(422);
            assertThat(put.get().body().length()).isLessThan(64 << 10);
            assertThat(put.get().body()).contains("more");
        }
    }

    @Test
    void bodyOverTheLimitIsRefusedWithItsSize() throws Exception {
        byte[] body = wrongKeys(30_000);
        var answer = gateway.send("PUT", "/v1/containers/web", body, JSON);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("" + body.length, "262144");
    }

    @Test
    void deeplyNestedBodyIsRefused() throws Exception {
        byte[] body = ("{\"labels\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertThat(gateway.send("PUT", "/v1/containers/web", body, JSON).statusCode())
                .isEqualTo(400);
        byte[] yaml = ("labels: " + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertThat(gateway.send("PUT", "/v1/containers/web", yaml, Map.of("Content-Type", "application/yaml"))
                        .statusCode())
                .isEqualTo(400);
    }
}
