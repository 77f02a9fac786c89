package io.hatchery.protocol.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatusBuilder;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.FleetEventEndedBuilder;
import io.hatchery.protocol.Initiator;
import io.hatchery.protocol.OperationStep;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiDocumentsTest {
    private static final ContainerName WEB = new ContainerName("web");
    private static final HostName H1 = new HostName("h1");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void docsApiMatchesTheCode() throws IOException {
        Path docs = Path.of("..", "docs", "api");
        boolean write = Boolean.getBoolean("docs.write");
        for (var file : ApiDocuments.all().entrySet()) {
            Path path = docs.resolve(file.getKey());
            if (write) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
            assertThat(path)
                    .as("docs/api is made from the code: run ./test --docs and commit the result")
                    .hasContent(file.getValue());
        }
    }

    @Test
    void messagesFitTheirSchemas() {
        valid(new Command(Verb.STOP, WEB, null, null, null));
        valid(ContainerStatusBuilder.builder()
                .container(WEB)
                .host(H1)
                .phase(Phase.FAILED)
                .generation(Generation.FIRST)
                .leader(5L)
                .since(NOW)
                .exit(new Exit(7, NOW))
                .restarts(1)
                .outdated(false)
                .reason("exit")
                .begun(Generation.FIRST)
                .ready(Generation.FIRST)
                .initiator(Initiator.HOST)
                .sequence(7L)
                .build());
        valid(FleetEventEndedBuilder.builder()
                .id(new CommandId("x"))
                .command(Verb.STOP)
                .container(WEB)
                .host(H1)
                .submitted(NOW)
                .outcome(Outcome.COMPLETED)
                .stoppedBy(StoppedBy.HALTED)
                .steps(List.of(new OperationStep("signalled", NOW)))
                .at(NOW)
                .build());
        assertThat(problems("Command", "{\"command\":\"stop\",\"container\":\"web\",\"colour\":1}"))
                .isNotEmpty();
        assertThat(problems("ContainerStatus", "{\"container\":5}")).isNotEmpty();
    }

    @Test
    void invalidCommandIsRefusedWithPlainError() {
        assertThat(readCommand("{\"command\":\"stop\",\"container\":\"web\"}")).isEqualTo("ok");
        assertThat(readCommand("{\"command\":\"stpo\",\"container\":\"web\"}"))
                .contains("command", "stop")
                .doesNotContain("io.hatchery");
        assertThat(readCommand("{\"command\":\"stop\",\"container\":\"We_b\"}"))
                .contains("a-z, 0-9")
                .doesNotContain("io.hatchery");
        assertThat(readCommand("{\"command\":\"stop\"}")).contains("container: missing");
        assertThat(readCommand("{\"command\":\"stop\",\"container\":\"web\",\"colour\":1}"))
                .contains("colour")
                .doesNotContain("io.hatchery");
        assertThat(readCommand("garbage")).contains("line 1");
        assertThat(readCommand("{\"command\":\"stop\",\"command\":\"start\",\"container\":\"web\"}"))
                .contains("Duplicate");
    }

    private static String readCommand(String json) {
        try {
            return Json.readStrictly(json.getBytes(StandardCharsets.UTF_8), Command.class) == null ? "null" : "ok";
        } catch (UnreadableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void valid(Object message) {
        String name = message instanceof FleetEvent
                ? "FleetEvent"
                : message.getClass().getSimpleName();
        assertThat(problems(name, Json.text(message))).as(Json.text(message)).isEmpty();
    }

    private static List<?> problems(String name, String json) {
        String schema = Json.text(Schemas.all().get(name));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema, InputFormat.JSON)
                .validate(json, InputFormat.JSON);
    }
}
