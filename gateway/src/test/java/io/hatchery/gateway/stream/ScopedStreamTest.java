package io.hatchery.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.Scope;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What clients get whose tokens have a scope. */
class ScopedStreamTest extends StreamsOnLog {
    private static final StreamFilter WEB = StreamFilter.ALL.withPrincipal(principal("tier=web"));

    private static ApiPrincipal principal(String selector, String... hosts) {
        var named = new TreeSet<HostName>();
        List.of(hosts).forEach(host -> named.add(new HostName(host)));
        return new ApiPrincipal("token/web", Role.OPERATOR, new Scope(LabelSelector.parse(selector), named), selector);
    }

    private Client live(StreamFilter filter) {
        Client client = connect(new Streams.Request(filter, null));
        client.messages.clear();
        return client;
    }

    private void event(String container, String host) {
        read(Records.of(
                Topics.EVENTS.name(),
                offset++,
                container,
                "{\"type\":\"transition\",\"container\":\"" + container + "\",\"host\":\"" + host
                        + "\",\"from\":\"starting\",\"to\":\"running\",\"at\":\"" + clock.now + "\"}",
                clock.now,
                Map.of()));
    }

    @Test
    void nothingOfOtherContainersAndHostsIsSent() {
        read(Records.heartbeat(offset++, "host1", clock.now));
        evaluated("web", "host1", "web");
        evaluated("db", "host1", "db");
        Client client = connect(new Streams.Request(WEB, null));
        event("db", "host1");
        status("db", "host1", "running");
        evaluated("db", "host2", "db");
        status("unknown", "host1", "running");
        event("unknown", "host1");
        read(Records.heartbeat(offset++, "host2", clock.now));
        assertThat(client.types()).containsExactly("snapshot", "synced");
        assertThat(client.messages.toString()).doesNotContain("db", "\"host\":\"host2\"", "unknown\"");
        assertThat(client.messages.getFirst().path("hosts")).isEmpty();
        assertThat(client.messages.getFirst().path("containers")).hasSize(1);
        event("web", "host1");
        status("web", "host1", "running");
        evaluated("web", "host1", "web");
        client.messages.subList(0, 2).clear();
        assertThat(client.types()).containsExactly("event", "status", "container");
    }

    @Test
    void containerThatLeavesTheScopeIsDeselected() {
        evaluated("web", "host1", "web");
        Client client = live(WEB);
        evaluated("web", "host1", "db");
        status("web", "host1", "running");
        event("web", "host1");
        evaluated("web", "host1", "web");
        assertThat(client.types()).containsExactly("deselected", "container");
    }

    @Test
    void containerThatMovesToAnotherHostLeavesTheScope() {
        evaluated("web", "host1", "web");
        Client client = live(StreamFilter.ALL.withPrincipal(principal("", "host1")));
        read(Records.heartbeat(offset++, "host1", clock.now));
        read(Records.heartbeat(offset++, "host2", clock.now));
        evaluated("web", "host2", "web");
        assertThat(client.types()).containsExactly("host", "deselected");
    }

    @Test
    void clientThatComesBackGetsEventsOfTheScopeAndASnapshot() {
        evaluated("web", "host1", "web");
        evaluated("gone", "host1", "web");
        evaluated("db", "host1", "db");
        String cursor = connect(new Streams.Request(WEB, null)).cursor();
        event("web", "host1");
        event("db", "host1");
        evaluated("gone", "host1", "db");
        evaluated("db", "host2", "db");
        status("db", "host1", "running");
        Client client = connect(new Streams.Request(WEB, streams.parse(cursor)));
        assertThat(client.types()).containsExactly("event", "snapshot", "synced");
        assertThat(client.messages.getFirst().at("/event/container").asText()).isEqualTo("web");
        assertThat(client.messages.get(1).path("containers"))
                .extracting(container -> container.path("name").asText())
                .containsExactly("web");
        assertThat(client.messages.toString()).doesNotContain("\"db\"", "gone");
        status("web", "host1", "running");
        assertThat(client.types()).endsWith("status");
    }

    @Test
    void principalSeesItsOwnOperationsAlsoAfterTheContainerIsGone() {
        StreamFilter operations = WEB.withTypes(Set.of(StreamType.OPERATION));
        Client own = live(operations.withPrincipal(
                new ApiPrincipal("someone", Role.OPERATOR, principal("tier=web").scope(), "")));
        Client other = live(operations);
        read(Records.command(offset++, "a", clock.now)); // someone's, of a container that the fleet does not have
        assertThat(own.types()).containsExactly("operation");
        assertThat(other.types()).isEmpty();
    }

    @Test
    void clientWhoseTokenIsRevokedIsClosed() {
        Client client = connect(new Streams.Request(WEB, null));
        Client other = connect(ALL);
        streams.reauthorize(principal -> principal.scope().isAll());
        assertThat(client.code).isEqualTo(4401);
        assertThat(other.code).isZero();
    }

    @Test
    void viewerGetsNoValueOfTheEnvironment() {
        StreamFilter viewer = RECORDS.withPrincipal(new ApiPrincipal("token/v", Role.VIEWER, Scope.ALL, ""));
        Client before = connect(new Streams.Request(viewer, null));
        String cursor = before.cursor();
        Client operator = connect(ALL);
        withEnvironment("web");
        Client after = connect(new Streams.Request(viewer, null));
        Client resumed = connect(new Streams.Request(viewer, streams.parse(cursor)));
        for (Client client : List.of(before, after, resumed)) {
            assertThat(client.messages.toString()).contains("(hidden)").doesNotContain("hunter2");
        }
        assertThat(operator.messages.toString()).contains("hunter2").doesNotContain("(hidden)");
    }

    private void withEnvironment(String container) {
        String spec = "{\"name\":\"" + container + "\",\"host\":\"host1\",\"generation\":1,"
                + "\"payload\":{\"type\":\"command\",\"command\":[\"/bin/x\"]},\"root\":\"/r\","
                + "\"environment\":{\"PASSWORD\":\"hunter2\"},\"bindMounts\":[],\"tmpfs\":[],\"ephemeral\":false,"
                + "\"autoStart\":false,\"restartIfChanged\":true,\"startTimeout\":\"1min\",\"stopTimeout\":\"3min\","
                + "\"restart\":\"no\",\"readiness\":\"started\",\"killSignal\":\"SIGTERM\",\"labels\":{}}";
        read(Records.of(
                Topics.EVALUATIONS.name(),
                offset++,
                container,
                "{\"container\":\"" + container + "\",\"state\":\"evaluated\",\"revision\":1,\"evaluatedRevision\":1,"
                        + "\"generation\":1,\"definition\":{\"environment\":{\"PASSWORD\":\"hunter2\"}},\"spec\":"
                        + spec
                        + ",\"errors\":[],\"systems\":[]}",
                clock.now,
                Map.of()));
    }
}
