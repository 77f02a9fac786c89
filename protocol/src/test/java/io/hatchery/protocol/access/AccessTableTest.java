package io.hatchery.protocol.access;

import static io.hatchery.protocol.access.Grant.KafkaOperation.CREATE;
import static io.hatchery.protocol.access.Grant.KafkaOperation.READ;
import static io.hatchery.protocol.access.Grant.KafkaOperation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.Grant.KafkaOperation;
import io.hatchery.protocol.access.Grant.KafkaResource;
import io.hatchery.spec.HostName;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AccessTableTest {
    private static final HostName H1 = new HostName("h1");
    private static final HostName H10 = new HostName("h10");
    private static final List<HostName> HOSTS = List.of(H1, H10);
    private static final Principal GATEWAY = new Principal.GatewayUser("1");
    private static final Principal CONFIG = new Principal.ConfigServiceUser("1");
    private static final Principal RUNNER = new Principal.RunnerUser(H1);
    private static final Principal PUBLISHER = new Principal.OperatorUser("p", false, new TreeSet<>(List.of(H1)));
    private static final Principal AUTHOR = new Principal.OperatorUser("a", true, new TreeSet<>());

    private static boolean may(Principal principal, KafkaOperation operation, KafkaResource kind, String name) {
        return AccessTable.of(principal, HOSTS).stream().anyMatch(grant -> grant.allows(operation, kind, name));
    }

    private static List<String> topics(Principal principal, KafkaOperation operation) {
        var all = new ArrayList<Topic>(Topics.ofTheFleet());
        HOSTS.forEach(host -> all.addAll(Topics.of(host)));
        return all.stream()
                .map(Topic::name)
                .filter(name -> may(principal, operation, KafkaResource.TOPIC, name))
                .map(name -> name.substring(Topics.PREFIX.length()))
                .toList();
    }

    @Test
    void runnerReadsItsOwnSpecsAndCommandsAndWritesReports() {
        assertThat(topics(RUNNER, READ)).containsExactly("events", "hosts", "host.h1.specs", "host.h1.commands");
        assertThat(topics(RUNNER, WRITE)).containsExactly("status", "events", "hosts", "deadletter", "host.h1.logs");
    }

    @Test
    void gatewayWritesDefinitionsProfilesAndCommandsAndNoSpecs() {
        assertThat(topics(GATEWAY, WRITE))
                .containsExactly(
                        "definitions",
                        "profiles",
                        "deadletter",
                        "access",
                        "audit",
                        "host.h1.commands",
                        "host.h10.commands");
        assertThat(topics(GATEWAY, READ))
                .containsExactly(
                        "definitions",
                        "profiles",
                        "evaluations",
                        "status",
                        "events",
                        "hosts",
                        "console",
                        "deadletter",
                        "access",
                        "audit",
                        "host.h1.commands",
                        "host.h1.logs",
                        "host.h10.commands",
                        "host.h10.logs");
    }

    @Test
    void gatewayAloneReadsAndWritesTokens() {
        assertThat(topics(GATEWAY, READ)).contains("access");
        for (Principal other : List.of(CONFIG, RUNNER, PUBLISHER, AUTHOR)) {
            assertThat(topics(other, READ)).as("%s", other).doesNotContain("access");
            assertThat(topics(other, WRITE)).as("%s", other).doesNotContain("access");
        }
    }

    @Test
    void configServiceAloneWritesSpecsAndEvaluations() {
        assertThat(topics(CONFIG, WRITE))
                .containsExactly(
                        "definitions",
                        "evaluations",
                        "events",
                        "console",
                        "deadletter",
                        "host.h1.specs",
                        "host.h1.commands",
                        "host.h1.logs",
                        "host.h10.specs",
                        "host.h10.commands",
                        "host.h10.logs");
        assertThat(topics(CONFIG, READ))
                .containsExactly("definitions", "profiles", "evaluations", "status", "hosts", "deadletter");
    }

    @Test
    void operatorsPublishWhatTheyAreGranted() {
        assertThat(topics(PUBLISHER, WRITE)).containsExactly("host.h1.commands");
        assertThat(topics(AUTHOR, WRITE)).containsExactly("definitions", "profiles");
        assertThat(topics(PUBLISHER, READ)).containsExactly("events");
    }

    @Test
    void configServiceAloneCreatesTopics() {
        for (Principal other : List.of(GATEWAY, RUNNER, PUBLISHER, AUTHOR)) {
            for (KafkaOperation operation : KafkaOperation.values()) {
                if (operation.compareTo(CREATE) >= 0) {
                    assertThat(topics(other, operation))
                            .as("%s %s", other, operation)
                            .isEmpty();
                }
            }
        }
        assertThat(topics(CONFIG, CREATE)).hasSize(Topics.ofTheFleet().size() + 3 * HOSTS.size());
        assertThat(may(CONFIG, CREATE, KafkaResource.TOPIC, "other.topic")).isFalse();
    }

    @Test
    void groupsAndTransactionalIdsBelongToTheirServices() {
        assertThat(may(RUNNER, READ, KafkaResource.GROUP, "hatchery-runner-h1")).isTrue();
        assertThat(may(RUNNER, READ, KafkaResource.GROUP, "hatchery-runner-h10"))
                .isFalse();
        assertThat(may(CONFIG, READ, KafkaResource.GROUP, "hatchery-config")).isTrue();
        assertThat(may(CONFIG, WRITE, KafkaResource.TRANSACTIONAL_ID, "hatchery-config-1a2b"))
                .isTrue();
        assertThat(may(CONFIG, READ, KafkaResource.GROUP, "hatchery-runner-h1")).isFalse();
    }

    @Test
    void prefixEndsWithASeparator() {
        for (Principal principal : List.of(GATEWAY, CONFIG, RUNNER, PUBLISHER, AUTHOR)) {
            assertThat(AccessTable.of(principal, HOSTS))
                    .filteredOn(Grant::isPrefix)
                    .allSatisfy(grant -> assertThat(grant.name()).matches(".*[.-]"));
        }
        assertThat(AccessTable.of(RUNNER, HOSTS)).noneMatch(Grant::isPrefix);
    }

    @Test
    void nameThatIsNoNameIsRefused() {
        assertThatThrownBy(() -> new Principal.GatewayUser("a:b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gateway 'a:b'");
        assertThat(Principal.ofService("hatchery-gateway-")).isEmpty();
    }

    @Test
    void serviceIsFoundByItsUser() {
        for (Principal service : List.of(GATEWAY, CONFIG, RUNNER)) {
            assertThat(Principal.ofService(service.user())).contains(service);
        }
        assertThat(Principal.ofService(PUBLISHER.user())).isEmpty();
    }
}
