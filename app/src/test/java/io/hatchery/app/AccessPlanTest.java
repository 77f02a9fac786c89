package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Grant.KafkaOperation;
import io.hatchery.protocol.access.Grant.KafkaResource;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AccessPlanTest {
    private static final HostName H1 = new HostName("h1");
    private static final HostName H2 = new HostName("h2");

    @Test
    void newHostChangesTheRightsOfExistingGateways() {
        AccessPlan plan = AccessPlan.of(
                List.of(new Principal.RunnerUser(H2)),
                Set.of("hatchery-gateway-north", "hatchery-runner-h1", "hatchery-operator-o", "somebody"));
        assertThat(plan.principals())
                .containsOnlyKeys("hatchery-gateway-north", "hatchery-runner-h1", "hatchery-runner-h2");
        assertThat(plan.hosts()).containsExactly(H1, H2);
        for (HostName host : plan.hosts()) {
            assertThat(plan.grants().get("hatchery-gateway-north"))
                    .anyMatch(grant -> grant.allows(
                            KafkaOperation.WRITE,
                            KafkaResource.TOPIC,
                            Topics.commands(host).name()));
        }
    }

    @Test
    void firstServicesAreAddedWhereThereIsNone() {
        var host = new Principal.RunnerUser(H1);
        assertThat(AccessPlan.withServices(List.of(host), Set.of()))
                .containsExactly(host, new Principal.GatewayUser("1"), new Principal.ConfigServiceUser("1"));
        assertThat(AccessPlan.withServices(
                        List.of(host, new Principal.ConfigServiceUser("a")), Set.of("hatchery-gateway-north")))
                .containsExactly(host, new Principal.ConfigServiceUser("a"));
    }

    @Test
    void scriptHasEveryUserRightAndTopic() {
        var operator = new Principal.OperatorUser("o", false, new TreeSet<>(List.of(H1)));
        AccessPlan plan = AccessPlan.of(
                List.of(new Principal.RunnerUser(H1), new Principal.ConfigServiceUser("1"), operator), Set.of());
        Settings settings = Settings.read(null, Map.of(), Map.of("topics.partitions", "7"));
        assertThat(KafkaCommands.script(plan, KafkaSettings.of(settings, Map.of("bootstrap.servers", "unused")))
                        .lines())
                .contains(
                        "user hatchery-runner-h1",
                        "grant hatchery-runner-h1 --operation Read --topic hatchery.host.h1.specs"
                                + " --resource-pattern-type literal",
                        "grant hatchery-config-service-1 --operation Describe --operation Create --operation DescribeConfigs"
                                + " --operation AlterConfigs --topic hatchery. --resource-pattern-type prefixed",
                        "grant hatchery-config-service-1 --operation Write --transactional-id hatchery-config-"
                                + " --resource-pattern-type prefixed",
                        "grant hatchery-operator-o --operation Write --topic hatchery.host.h1.commands"
                                + " --resource-pattern-type literal")
                .anyMatch(line -> line.startsWith("topic hatchery.definitions --partitions 7 "))
                .anyMatch(line -> line.startsWith("topic hatchery.host.h1.specs --partitions 1 "));
    }

    @Test
    void scriptIsABashScript() throws Exception {
        CommandRun run = CommandRun.of("acls", "--output", "commands", "--host", "h1");
        assertThat(run.code()).isZero();
        var bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        try (var in = bash.getOutputStream()) {
            in.write(run.out().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        assertThat(new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    void invalidNamesAreRefused() {
        assertThat(CommandRun.of("acls", "--output", "commands", "--host", "h1,H_2")
                        .err())
                .contains("host name 'H_2' is not valid");
        assertThat(CommandRun.of("acls", "--output", "commands", "--operator", "a b=h1")
                        .err())
                .contains("operator 'a b' is not valid");
        assertThat(CommandRun.of("acls", "--host", "h1").code()).isEqualTo(2);
    }
}
