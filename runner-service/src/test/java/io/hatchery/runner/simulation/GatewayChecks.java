package io.hatchery.runner.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Partitioning;
import io.hatchery.gateway.FleetFold;
import io.hatchery.gateway.stream.StreamCursor;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.OperationTable;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The gateways and their clients, and what must be true of them once nothing has gone wrong for a while. */
final class GatewayChecks {
    private static final int CLIENTS = 3;

    private final World world;
    private final SimulatedKafka kafka;
    private final List<String> commandTopics;
    private final List<SimulatedGateway> gateways = new ArrayList<>();
    private final List<SimulatedStreamClient> clients = new ArrayList<>();

    GatewayChecks(World world, SimulatedKafka kafka, List<HostName> hosts, Mutation mutation) {
        this.world = world;
        this.kafka = kafka;
        world.allow(Fault.OF_GATEWAYS);
        this.commandTopics =
                hosts.stream().map(host -> Topics.commands(host).name()).toList();
        for (int i = 0; i < 2; i++) {
            gateways.add(new SimulatedGateway(world, kafka, commandTopics, "gateway-" + i, mutation));
        }
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedStreamClient(world, gateways, "client-" + i, mutation));
        }
    }

    void start() {
        gateways.forEach(gateway -> world.after(0, null, "", gateway::start));
        clients.forEach(SimulatedStreamClient::start);
    }

    void chaos() {
        for (SimulatedGateway gateway : gateways) {
            if (world.happens(Fault.GATEWAY_KILLED)) {
                gateway.kill();
            }
        }
        for (SimulatedStreamClient client : clients) {
            if (world.happens(Fault.CLIENT_DISCONNECTED)) {
                client.disconnect();
            }
        }
    }

    /** Whether a gateway can read a record. */
    static boolean isReadable(BusRecord record) {
        return read(record) != null;
    }

    private static @Nullable FleetRecord read(BusRecord record) {
        if (Partitioning.refusal(record, SimulatedKafka.SHARED_PARTITIONS).isPresent()) {
            return null;
        }
        try {
            return FleetRecord.read(record);
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    /** The event in a record; null if it holds none. */
    static @Nullable FleetEvent event(BusRecord record) {
        return record.topic().equals(Topics.EVENTS.name()) && read(record) instanceof FleetRecord.EventRecord e
                ? e.event()
                : null;
    }

    private List<BusRecord> records(String topic) {
        var records = new ArrayList<BusRecord>();
        kafka.logs(topic).forEach(log -> log.entries.forEach(entry -> records.add(new BusRecord(entry.record()))));
        return records;
    }

    /** At rest: every gateway and every client shows what is on the topics. */
    void check() {
        Map<String, JsonNode> statuses = latest(Topics.STATUS.name());
        Map<String, String> outcomes = outcomes();
        for (SimulatedGateway gateway : gateways) {
            FleetFold fold = gateway.serving();
            world.check(fold != null, () -> gateway.name() + " does not get ready");
            if (fold != null) {
                check(gateway, fold, statuses, outcomes);
            }
        }
        clients.forEach(client -> check(client, statuses));
        deadLetters();
    }

    private void check(
            SimulatedGateway gateway, FleetFold fold, Map<String, JsonNode> statuses, Map<String, String> outcomes) {
        var shown = new TreeMap<String, JsonNode>();
        for (var container : fold.read(FleetView::containers)) {
            JsonNode status = status(fold, container);
            JsonNode last = status.path("phase").asText().equals("unknown") ? status.path("last") : status;
            if (last.size() > 1) {
                shown.put(container.value(), last);
            }
        }
        same(gateway.name() + " shows other statuses", statuses, shown);
        Set<String> hosts = latest(Topics.HOSTS.name()).keySet();
        var known = new HashSet<String>();
        fold.projection().hosts().forEach(host -> known.add(host.status().host().value()));
        world.check(hosts.equals(known), () -> gateway.name() + " knows hosts " + known + " and not " + hosts);
        outcomes.forEach((id, outcome) -> {
            String says = fold.read(view -> view.operation(new CommandId(id)))
                    .map(operation -> operation.outcome().word())
                    .orElse("unknown");
            world.check(
                    says.equals(outcome),
                    () -> gateway.name() + " shows " + id + " as " + says + " and not " + outcome);
        });
    }

    private JsonNode status(FleetFold fold, ContainerName container) {
        String shown =
                fold.read(view -> view.container(container, world.instant())).json();
        try {
            return Json.readObject(shown.getBytes(StandardCharsets.UTF_8)).path("status");
        } catch (UnreadableException e) {
            throw new AssertionError(shown, e);
        }
    }

    /** By operation, how it is to be shown; without those that ended so long ago that they need not be. */
    private Map<String, String> outcomes() {
        var letters = new HashSet<String>();
        records(Topics.DEAD_LETTERS.name())
                .forEach(letter -> letter.header(Headers.ORIGIN).ifPresent(letters::add));
        var outcomes = new TreeMap<String, String>();
        for (String topic : commandTopics) {
            records(topic).forEach(record -> asked(record, letters, outcomes));
        }
        records(Topics.DEFINITIONS.name()).forEach(record -> asked(record, letters, outcomes));
        var seen = new HashSet<String>();
        for (BusRecord record : records(Topics.EVENTS.name())) {
            if (event(record) instanceof FleetEvent.Ended e && seen.add(e.id().value())) {
                outcomes.put(e.id().value(), e.outcome().word());
                if (record.timestamp()
                        .isBefore(
                                world.instant().minus(OperationTable.ENDED_KEPT).plus(Duration.ofMinutes(1)))) {
                    outcomes.remove(e.id().value());
                }
            }
        }
        return outcomes;
    }

    private static void asked(BusRecord record, Set<String> letters, Map<String, String> outcomes) {
        String id = read(record) instanceof FleetRecord.Commanded c
                ? c.id().value()
                : read(record) instanceof FleetRecord.Deleted d ? d.id().value() : null;
        if (id != null) {
            outcomes.putIfAbsent(id, letters.contains(record.position().text()) ? "rejected" : "pending");
        }
    }

    private Map<String, JsonNode> latest(String topic) {
        var latest = new TreeMap<String, JsonNode>();
        for (BusRecord record : records(topic)) {
            switch (read(record)) {
                case FleetRecord.Status s when s.status() != null -> latest.put(record.key(), Json.node(s.status()));
                case FleetRecord.Host h
                when h.heartbeat() != null ->
                    latest.put(record.key(), Json.node(h.heartbeat().status()));
                case null -> {}
                default -> latest.remove(record.key());
            }
        }
        return latest;
    }

    private void check(SimulatedStreamClient client, Map<String, JsonNode> statuses) {
        world.check(client.isConnected(), () -> client.name() + " finds no gateway");
        same(client.name() + " has other statuses", statuses, client.containers);
        Set<String> hosts = latest(Topics.HOSTS.name()).keySet();
        world.check(
                hosts.equals(client.hosts.keySet()),
                () -> client.name() + " knows hosts " + client.hosts.keySet() + " and not " + hosts);
        String first = client.firstCursor;
        if (first == null) {
            world.check(false, () -> client.name() + " has no snapshot");
            return;
        }
        var ids = new TreeMap<String, String>();
        Streams.TOPICS.forEach(topic -> ids.put(topic, kafka.topicId(topic)));
        StreamCursor since = StreamCursor.parse(first, ids, world.instant());
        for (BusRecord record : records(Topics.EVENTS.name())) {
            if (isReadable(record) && !since.offsets().hasRead(record)) {
                world.check(
                        client.events.contains(record.id()),
                        () -> client.name() + " has not got "
                                + record.position().text());
            }
        }
    }

    private void same(String otherwise, Map<String, JsonNode> expected, Map<String, JsonNode> actual) {
        // As text: a number that was read may be of another class than the same one that was not.
        world.check(
                withoutSequences(expected).equals(withoutSequences(actual)),
                () -> otherwise + ": " + actual + " and not " + expected);
    }

    /** The last status of a container that is unknown is shown without the number of its newest event. */
    private static String withoutSequences(Map<String, JsonNode> statuses) {
        return statuses.toString().replaceAll(",\"sequence\":\\d+", "");
    }

    /** Each record that a gateway cannot read is with the dead letters, and none that it can. */
    private void deadLetters() {
        var reported = new HashSet<String>();
        for (BusRecord letter : records(Topics.DEAD_LETTERS.name())) {
            if (letter.header(Headers.READER).filter("gateway"::equals).isPresent()) {
                letter.header(Headers.ORIGIN).ifPresent(reported::add);
            }
        }
        var topics = new ArrayList<>(FleetFold.TOPICS);
        topics.remove(Topics.DEAD_LETTERS.name());
        topics.addAll(commandTopics);
        for (String topic : topics) {
            for (BusRecord record : records(topic)) {
                String position = record.position().text();
                if (Topics.isShared(topic) && record.partition() >= SimulatedKafka.SHARED_PARTITIONS) {
                    continue; // in a partition that was added: a gateway reads it after its next start
                }
                // Of a host's heartbeats not all are reported.
                world.check(
                        isReadable(record)
                                ? !reported.contains(position)
                                : reported.contains(position) || topic.equals(Topics.HOSTS.name()),
                        () -> "wrongly reported by the gateways, or not at all: " + position);
            }
        }
    }
}
