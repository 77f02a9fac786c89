package io.hatchery.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.DefinitionLimits;
import io.hatchery.spec.option.DefinitionProblem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortAllocationsTest {
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");

    private static Evaluation forwarding(String name, HostName host, String ports) {
        String yaml = "{boot: true, privateNetwork: true, forwardPorts: " + ports + "}";
        try {
            var definition = new ContainerDefinition(Json.readYamlObject(yaml.getBytes(StandardCharsets.UTF_8)));
            return EvaluationPlanner.define(
                            new ContainerName(name),
                            null,
                            definition,
                            1,
                            null,
                            DefinitionEvaluator.over(Map.of()),
                            TestSnapshot.choosing(host))
                    .evaluation();
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }

    private static ContainerSpec spec(String name, HostName host, String ports) {
        return forwarding(name, host, ports).spec();
    }

    private static List<String> clashes(ContainerSpec spec, Evaluation... others) {
        return TestSnapshot.portsOf(List.of(others)).clashes(spec).stream()
                .map(DefinitionProblem::format)
                .toList();
    }

    @Test
    void portOfAnotherContainerOnTheHostClashes() {
        ContainerSpec web = spec("web", H1, "[{hostPort: 80}]");
        assertThat(clashes(web, forwarding("api", H1, "[{hostPort: 80}]")))
                .singleElement()
                .asString()
                .contains("containers.web.forwardPorts", "h1", "api", "tcp 80");
    }

    @Test
    void asManyClashesAreListedAsErrors() {
        var ports = IntStream.rangeClosed(1, DefinitionLimits.MAX_ERRORS + 10)
                .mapToObj(port -> "{hostPort: " + port + "}")
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(clashes(spec("web", H1, ports), forwarding("api", H1, ports)))
                .hasSize(DefinitionLimits.MAX_ERRORS);
    }

    @Test
    void anotherPortDoesNotClash() {
        assertThat(clashes(spec("web", H1, "[{hostPort: 80}]"), forwarding("api", H1, "[{hostPort: 81}]")))
                .isEmpty();
    }

    @Test
    void anotherProtocolDoesNotClash() {
        Evaluation other = forwarding("api", H1, "[{hostPort: 80, protocol: udp}]");
        assertThat(clashes(spec("web", H1, "[{hostPort: 80}]"), other)).isEmpty();
    }

    @Test
    void anotherHostDoesNotClash() {
        assertThat(clashes(spec("web", H1, "[{hostPort: 80}]"), forwarding("api", H2, "[{hostPort: 80}]")))
                .isEmpty();
    }

    @Test
    void containersOwnPortDoesNotClash() {
        assertThat(clashes(spec("web", H1, "[{hostPort: 80}]"), forwarding("web", H1, "[{hostPort: 80}]")))
                .isEmpty();
    }

    @Test
    void containerWithoutSpecHasNoPort() {
        Evaluation deleted = RemovalPlanner.delete(
                        new ContainerName("api"),
                        forwarding("api", H1, "[{hostPort: 80}]"),
                        2,
                        null,
                        new CommandId("deletion"))
                .evaluation();
        assertThat(clashes(spec("web", H1, "[{hostPort: 80}]"), deleted)).isEmpty();
    }

    @Test
    void containerWithoutNetworkHasNoPort() {
        ContainerSpec plain = EvaluationPlanner.define(
                        new ContainerName("web"),
                        null,
                        new ContainerDefinition(Json.object().put("boot", true)),
                        1,
                        null,
                        DefinitionEvaluator.over(Map.of()),
                        TestSnapshot.choosing(H1))
                .published();
        assertThat(PortAllocations.of(plain)).isEmpty();
        assertThat(clashes(plain, forwarding("api", H1, "[{hostPort: 80}]"))).isEmpty();
    }

    @Test
    void everyPortThatClashesIsNamed() {
        ContainerSpec web = spec("web", H1, "[{hostPort: 80}, {hostPort: 81}, {hostPort: 82}]");
        assertThat(clashes(
                        web,
                        forwarding("api", H1, "[{hostPort: 79}, {hostPort: 80}]"),
                        forwarding("db", H1, "[{hostPort: 82}]")))
                .hasSize(2)
                .anySatisfy(text -> assertThat(text).contains("tcp 80", "api"))
                .anySatisfy(text -> assertThat(text).contains("tcp 82", "db"));
    }

    @Test
    void clashIsToldFromOtherErrors() {
        assertThat(PortAllocations.isClash(problem("containers.web.forwardPorts", "placement")))
                .isTrue();
        assertThat(PortAllocations.isClash(problem("containers.web.forwardPorts", "definition of web")))
                .isFalse();
        assertThat(PortAllocations.isClash(problem("containers.web.hostSelector", "placement")))
                .isFalse();
    }

    private static DefinitionProblem problem(String path, String origin) {
        return new DefinitionProblem(path, "tcp 80", origin, "m", "r");
    }
}
