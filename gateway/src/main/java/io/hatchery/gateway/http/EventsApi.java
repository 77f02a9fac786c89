package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.bus.Partitioning;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.stream.StreamCursor;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.resource.Event;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** What happened. */
final class EventsApi {
    /** How many requests read the log or wait for that; further ones are refused. */
    static final int MAX_READING = 100;

    private final ServedFleet fleet;
    private final Streams streams;
    private final Streams.Replay log;
    private final BiConsumer<BusRecord, Throwable> refused;
    private int reading;

    EventsApi(ServedFleet fleet) {
        this.fleet = fleet;
        this.streams = fleet.streams();
        this.log = fleet.log();
        this.refused = fleet.refused();
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/v1/events")
                .id("listEvents")
                .summary("Lists what happened, by time, oldest first; without since, the newest events")
                .parameters(
                        Parameter.query("container", "Only what happened to this one", ParameterTypes.container()),
                        Parameter.query("since", "Only what came after this cursor, the oldest first to be shown"),
                        Parameter.query("before", "Only what happened before this cursor, the previous of a page"),
                        Parameter.query("from", "Only what happened at this time or later", ParameterTypes.time()),
                        Parameter.query("until", "Only what happened before this time", ParameterTypes.time()),
                        PagedList.LIMIT)
                .answers(200, "EventList")
                .problems(400, 410, 503)
                .handledBy(this::events));
    }

    private void events(RoutingContext request) {
        StreamCursor now = streams.cursor();
        StreamCursor since = Requests.query(request, "since", streams::parse);
        EventPage.Before before = Requests.query(request, "before", EventPage.Before::parse);
        if (since != null && before != null) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST, "query parameters since and before exclude each other: give one");
        }
        ContainerName container = Requests.query(request, "container", ContainerName::new);
        var page = new EventPage(new EventPage.Query(
                container,
                Requests.query(request, "from", Requests::time),
                Requests.query(request, "until", Requests::time),
                since == null,
                before,
                PagedList.limit(request)));
        if (reading >= MAX_READING) {
            throw new ApiProblem(
                    ProblemType.TOO_MANY_REQUESTS, reading + " requests read events already: try again in a second");
        }
        reading++;
        Offsets all = eventsOnly(since == null ? beginning(now.offsets()) : since.offsets());
        Offsets from = container == null ? all : inPartitionOf(container, all, now.offsets());
        EventScope.of(request, fleet, container)
                .compose(scope -> log.read(from, eventsOnly(now.offsets()), record -> {
                    take(page, scope, record);
                    return true;
                }))
                .map(done -> {
                    fleet.requireValid(request); // the log may have taken long to read
                    ObjectNode body = Json.object();
                    body.putArray("items").addAll(page.items());
                    Offsets next = page.next(Topics.EVENTS.name(), now.offsets());
                    body.put("next", new StreamCursor(now.ids(), next, now.at()).text());
                    body.put(
                            "previous",
                            page.previous().map(EventPage.Before::text).orElse(null));
                    Responses.json(request, 200, body);
                    return null;
                })
                .eventually(() -> {
                    reading--;
                    return Future.succeededFuture();
                })
                .onFailure(request::fail);
    }

    private void take(EventPage page, EventScope scope, BusRecord record) {
        if (!page.admits(record) || !scope.mayAdmit(record.key())) {
            return;
        }
        try {
            if (FleetRecord.read(record) instanceof FleetRecord.EventRecord read && scope.admits(read.event())) {
                page.take(
                        record,
                        Json.tree(new Event(read.id(), read.event(), null)),
                        read.event().at());
            }
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            refused.accept(record, e);
            var unreadable = new Event(record.id(), null, String.valueOf(e.getMessage()));
            page.take(record, Json.tree(unreadable), record.timestamp());
        }
    }

    /** The events of a container have its name as their key, so they lie in one partition. */
    private static Offsets inPartitionOf(ContainerName container, Offsets from, Offsets to) {
        String topic = Topics.EVENTS.name();
        List<Long> partitions = to.next().getOrDefault(topic, List.of());
        byte[] key = container.value().getBytes(StandardCharsets.UTF_8);
        return partitions.isEmpty()
                ? from
                : from.inPartition(topic, Partitioning.partitionOf(key, partitions.size()), to);
    }

    private static Offsets eventsOnly(Offsets offsets) {
        var only = new TreeMap<>(offsets.next());
        only.keySet().retainAll(List.of(Topics.EVENTS.name()));
        return new Offsets(only);
    }

    private Offsets beginning(Offsets now) {
        var first = new TreeMap<String, List<Long>>();
        now.next()
                .forEach((topic, offsets) -> first.put(
                        topic, offsets.stream().map(o -> Offsets.FIRST_THERE_IS).toList()));
        return new Offsets(first);
    }
}
