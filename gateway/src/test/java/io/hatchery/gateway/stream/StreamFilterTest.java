package io.hatchery.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.gateway.view.Records;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What clients with filters get, live and after they were away. */
class StreamFilterTest extends StreamsOnLog {
    private static final StreamFilter WEB = RECORDS.withSelector(LabelSelector.parse("tier=web"));

    private Client live(StreamFilter filter) {
        Client client = connect(new Streams.Request(filter, null));
        client.messages.clear();
        return client;
    }

    private Client resumed(StreamFilter filter, String cursor) {
        return connect(new Streams.Request(filter, streams.parse(cursor)));
    }

    @Test
    void clientGetsTheWholeContainerWhenItsEvaluationChanges() {
        Client client = live(RECORDS);
        evaluated("web", "host1", "web");
        assertThat(client.types()).containsExactly("container");
        JsonNode message = client.messages.getFirst();
        assertThat(message.path("container").asText()).isEqualTo("web");
        assertThat(message.at("/resource/spec/labels/tier").asText()).isEqualTo("web");
        assertThat(message.at("/resource/status/phase").asText()).isEqualTo("unknown");
        assertThat(message.has("cursor")).isTrue();
        read(Records.of(Topics.EVALUATIONS.name(), offset++, "web", null, clock.now, Map.of()));
        assertThat(client.messages.getLast().path("resource").isNull()).isTrue();
    }

    @Test
    void snapshotHasTheContainersOfTheSelectorOnly() {
        evaluated("web", "host1", "web");
        evaluated("db", "host1", "db");
        Client client = connect(new Streams.Request(WEB, null));
        assertThat(client.messages.getFirst().path("containers"))
                .extracting(container -> container.path("name").asText())
                .containsExactly("web");
    }

    @Test
    void clientOfASelectorGetsWhatItsContainersDoOnly() {
        evaluated("web", "host1", "web");
        evaluated("db", "host1", "db");
        Client client = live(WEB);
        status("db", "host1", "running");
        status("web", "host1", "running");
        assertThat(client.types()).containsExactly("status");
        assertThat(client.messages.getFirst().path("container").asText()).isEqualTo("web");
    }

    @Test
    void clientOfASelectorLearnsWhichContainersBeginAndCeaseToMatch() {
        evaluated("shop", "host1", "db");
        Client client = live(WEB);
        evaluated("shop", "host1", "web");
        evaluated("shop", "host1", "db");
        evaluated("shop", "host1", "db");
        assertThat(client.types()).containsExactly("container", "deselected");
        assertThat(client.messages.getLast().path("container").asText()).isEqualTo("shop");
    }

    @Test
    void clientOfAPhaseGetsAContainerThatEntersItWithItsDefinition() {
        evaluated("web", "host1", "web");
        status("web", "host1", "running");
        Client client = live(RECORDS.withPhase(Phase.FAILED));
        status("web", "host1", "failed");
        status("web", "host1", "failed");
        status("web", "host1", "running");
        assertThat(client.types()).containsExactly("container", "status", "deselected");
        assertThat(client.messages.getFirst().at("/resource/spec/host").asText())
                .isEqualTo("host1");
    }

    @Test
    void clientOfAHostLearnsThatAContainerBelongsToAnotherOneNow() {
        evaluated("web", "host1", "web");
        Client client = live(RECORDS.withHost(new HostName("host1")));
        evaluated("web", "host2", "web");
        evaluated("web", "host2", "db");
        assertThat(client.types()).containsExactly("deselected");
    }

    @Test
    void clientGetsTheKindsOfChangesThatItChose() {
        Client client = live(StreamFilter.ALL.withTypes(Set.of(StreamType.EVENT)));
        evaluated("web", "host1", "web");
        status("web", "host1", "running");
        read(Records.outcome(offset++, "a", "completed", clock.now));
        assertThat(client.types()).containsExactly("event");
        Client snapshot = connect(new Streams.Request(StreamFilter.ALL.withTypes(Set.of(StreamType.EVENT)), null));
        assertThat(snapshot.messages.getFirst().path("containers")).isEmpty();
    }

    @Test
    void operationIsSentWhenItBeginsAndWhenItEnds() {
        StreamFilter operations = StreamFilter.ALL.withTypes(Set.of(StreamType.OPERATION));
        Client client = live(operations);
        read(Records.command(offset++, "a", clock.now));
        read(Records.accepted(offset++, "a", clock.now));
        Client second = connect(new Streams.Request(operations, null));
        assertThat(second.types()).containsExactly("snapshot", "operation", "synced");
        read(Records.outcome(offset++, "a", "completed", clock.now));
        assertThat(client.messages)
                .extracting(message -> message.at("/operation/outcome").asText())
                .containsExactly("pending", "pending", "completed");
    }

    @Test
    void clientThatWasAwayGetsTheOperationsThatEndedMeanwhile() {
        StreamFilter operations = StreamFilter.ALL.withTypes(Set.of(StreamType.OPERATION));
        read(Records.command(offset++, "a", clock.now));
        String cursor = connect(new Streams.Request(operations, null)).cursor();
        read(Records.outcome(offset++, "a", "completed", clock.now));
        Client client = resumed(operations, cursor);
        assertThat(client.types()).containsExactly("operation", "synced");
        assertThat(client.messages.getFirst().at("/operation/outcome").asText()).isEqualTo("completed");
    }

    @Test
    void clientThatWasAwayGetsThePresentStateOfWhatChanged() {
        String cursor = connect(ALL).cursor();
        evaluated("web", "host1", "web");
        evaluated("web", "host1", "db");
        Client client = resumed(RECORDS, cursor);
        assertThat(client.types()).containsExactly("container", "synced");
        assertThat(client.messages.getFirst().at("/resource/spec/labels/tier").asText())
                .isEqualTo("db");
    }

    @Test
    void clientOfASelectorThatWasAwayLearnsWhatMatchesNow() {
        evaluated("a", "host1", "web");
        evaluated("b", "host1", "db");
        evaluated("c", "host1", "web");
        String cursor = connect(new Streams.Request(WEB, null)).cursor();
        evaluated("a", "host1", "db");
        evaluated("b", "host1", "web");
        status("c", "host1", "running");
        Client client = resumed(WEB, cursor);
        assertThat(client.types()).containsExactly("deselected", "container", "container", "synced");
        assertThat(client.messages.stream()
                        .map(m -> m.path("container").asText())
                        .limit(3))
                .containsExactly("a", "b", "c");
    }

    @Test
    void clientOfContainersAloneLearnsWhichEnterAndLeaveAPhase() {
        evaluated("web", "host1", "web");
        status("web", "host1", "running");
        Client client = live(StreamFilter.ALL.with(
                filter -> filter.types(Set.of(StreamType.CONTAINER)).phase(Phase.FAILED)));
        status("web", "host1", "failed");
        status("web", "host1", "failed");
        status("web", "host1", "running");
        assertThat(client.types()).containsExactly("container", "deselected");
    }

    @Test
    void clientOfStatusesAloneGetsNoDefinitionsThatItMissed() {
        StreamFilter statuses = StreamFilter.ALL.withTypes(Set.of(StreamType.STATUS));
        String cursor = connect(new Streams.Request(statuses, null)).cursor();
        evaluated("web", "host1", "web");
        status("web", "host1", "running");
        assertThat(resumed(statuses, cursor).types()).containsExactly("status", "synced");
    }

    @Test
    void clientOfASelectorLearnsHowARemovalEnds() {
        evaluated("web", "host1", "web");
        Client client = live(StreamFilter.ALL.with(
                filter -> filter.types(Set.of(StreamType.OPERATION)).selector(LabelSelector.parse("tier=web"))));
        read(Records.command(offset++, "a", clock.now));
        read(Records.of(Topics.EVALUATIONS.name(), offset++, "web", null, clock.now, Map.of()));
        read(Records.outcome(offset++, "a", "completed", clock.now));
        assertThat(client.messages.getLast().at("/operation/outcome").asText()).isEqualTo("completed");
    }

    @Test
    void cursorIsNeverAheadOfWhatWasSent() {
        String cursor = connect(ALL).cursor();
        evaluated("a", "host1", "web");
        status("b", "host1", "running");
        evaluated("c", "host1", "web");
        Client client = resumed(RECORDS, cursor);
        assertThat(client.types()).containsExactly("status", "container", "container", "synced");
        assertThat(client.messages)
                .extracting(message -> message.has("cursor"))
                .containsExactly(false, false, true, true);
    }

    @Test
    void snapshotOfAPhaseHasTheContainersOfALostHost() {
        read(Records.heartbeat(offset++, "host1", clock.now.minusSeconds(60)));
        evaluated("web", "host1", "web");
        status("web", "host1", "running");
        Client client = connect(new Streams.Request(RECORDS.withPhase(Phase.RUNNING), null));
        assertThat(client.messages.getFirst().path("containers")).hasSize(1);
    }
}
