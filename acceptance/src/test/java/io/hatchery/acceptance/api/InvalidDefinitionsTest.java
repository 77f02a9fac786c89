package io.hatchery.acceptance.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway refuses invalid definitions and reports all their errors. */
class InvalidDefinitionsTest {
    private static Installation installation;
    private static Api api;
    private static String good;
    private static long leader;

    @BeforeAll
    static void up() {
        installation = Installation.running();
        api = installation.api();
        Path root = Roots.busybox(installation.roots().resolve("good"));
        good = Samples.sleeper(root);
        api.define("t-good", good);
        api.command("start", "t-good");
        leader = api.container("t-good").at("/status/leader").asLong();
    }

    @AfterAll
    static void down() {
        installation.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"rot\": \"/x\", \"boot\": true}                                         | containers.t-good.rot | root",
                "{\"root\": 7, \"boot\": true}                                             | containers.t-good.root | path",
                "{\"root\": \"/x\", \"boot\": true, \"command\": [\"/bin/true\"]}          | containers.t-good | command",
                "{\"root\": \"/x\", \"boot\": true, \"path\": \"/nix/store/x\"}            | containers.t-good | path",
                "{\"root\": \"/x\"}                                                        | containers.t-good | boot",
                "{\"root\": \"x\", \"boot\": true}                                         | containers.t-good.root | absolute",
                "{\"root\": \"/x/../y\", \"boot\": true}                                   | containers.t-good.root | ..",
                "{\"root\": \"/x\", \"boot\": true, \"stopTimeout\": \"soon\"}             | containers.t-good.stopTimeout | 1min 30s",
                "{\"root\": \"/x\", \"boot\": true, \"startTimeout\": \"-1s\"}             | containers.t-good.startTimeout | -1s",
                "{\"root\": \"/x\", \"boot\": \"yes\"}                                     | containers.t-good.boot | true",
                "{\"root\": \"/x\", \"boot\": true, \"restart\": \"sometimes\"}            | containers.t-good.restart | on-failure",
                "{\"root\": \"/x\", \"boot\": true, \"readiness\": \"later\"}              | containers.t-good.readiness | notify",
                "{\"root\": \"/x\", \"boot\": true, \"killSignal\": \"SIGNOTHING\"}        | containers.t-good.killSignal | SIGTERM",
                "{\"root\": \"/x\", \"boot\": true, \"bindMounts\": {\"/d\": {\"hostPaht\": \"/x\"}}}  | containers.t-good.bindMounts./d.hostPaht | hostPath",
                "{\"root\": \"/x\", \"boot\": true, \"bindMounts\": {\"d\": {\"hostPath\": \"/x\"}}}   | containers.t-good.bindMounts | absolute",
                "{\"root\": \"/x\", \"boot\": true, \"tmpfs\": \"/scratch\"}               | containers.t-good.tmpfs | list",
                "{\"root\": \"/x\", \"boot\": true, \"environment\": {\"A B\": \"c\"}}     | containers.t-good.environment | A B",
                "{\"root\": \"/x\", \"boot\": true, \"host\": \"Not_A_Host\"}              | containers.t-good.host | Not_A_Host",
                "{\"root\": \"/x\", \"command\": []}                                       | containers.t-good | ",
                "{\"root\": \"/x\", \"boot\": true, \"labels\": [\"a\"]}                   | containers.t-good.labels | ",
                "{\"root\": \"/x\", \"boot\": true, \"profiles\": [\"Nope Nope\"]}         | containers.t-good.profiles | "
            })
    void isRefusedWithPathAndRemedy(String definition, String path, String words) {
        Api.Answer answer = api.put("/v1/containers/t-good", definition);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(422);
        assertThat(answer.header("content-type")).startsWith("application/problem+json");
        assertThat(answer.at("/errors/0/path").asText()).startsWith(path);
        assertThat(answer.at("/errors/0/remedy").asText()).isNotBlank();
        if (words != null) {
            assertThat(answer.body().toString()).contains(words);
        }
        assertUntouched();
    }

    @Test
    void allErrorsOfADefinitionAreReportedTogether() {
        Api.Answer answer = api.put(
                "/v1/containers/t-good",
                "{\"root\": \"x\", \"boot\": 1, \"stoptimeout\": 3, \"restart\": \"never\", \"tmpfs\": [\"rel\"]}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body().path("errors").findValuesAsText("path"))
                .contains(
                        "containers.t-good.root",
                        "containers.t-good.boot",
                        "containers.t-good.stoptimeout",
                        "containers.t-good.restart")
                .anyMatch(path -> path.startsWith("containers.t-good.tmpfs"));
        assertUntouched();
    }

    @Test
    void bodyThatIsNoDefinitionIsRefused() {
        assertThat(api.put("/v1/containers/Bad_Name", good).status()).isIn(400, 422);
        assertThat(api.put("/v1/containers/t-good", "{\"root\": \"/x\", \"root\": \"/y\", \"boot\": true}")
                        .status())
                .isIn(400, 422);
        assertThat(api.put("/v1/containers/t-good", "{\"root\": ").status()).isEqualTo(400);
        assertThat(api.put("/v1/containers/t-good", "[]").status()).isIn(400, 422);
        assertThat(api.put("/v1/containers/t-good", "").status()).isEqualTo(400);
        assertThat(api.put("/v1/containers/t-good", good, "text/plain").status())
                .isEqualTo(415);
        assertThat(api.put("/v1/containers/t-good", "{\"description\": \"" + "x".repeat(5_000_000) + "\"}")
                        .status())
                .isEqualTo(413);
        assertThat(api.put("/v1/containers/t-good", "[".repeat(100_000)).status())
                .isEqualTo(400);
        assertUntouched();
    }

    private static void assertUntouched() {
        JsonNode container = api.container("t-good");
        assertThat(container.at("/status/phase").asText()).isEqualTo("running");
        assertThat(container.at("/status/leader").asLong()).isEqualTo(leader);
        assertThat(container.path("generation").asInt()).isEqualTo(1);
    }
}
