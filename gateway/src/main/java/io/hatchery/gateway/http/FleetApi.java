package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.LogReader;
import io.hatchery.bus.Message;
import io.hatchery.bus.Offsets;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.stream.Cursor;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Hosts, events and profiles. */
final class FleetApi {
    private static final Duration READ_WITHIN = Duration.ofSeconds(10);
    private static final int PAGE = 100;
    private static final int LONGEST_PAGE = 1000;

    private final FleetView view;
    private final Streams streams;
    private final LogReader log;
    private final Publisher publisher;
    private final Waiting waiting;
    private final BiConsumer<BusRecord, Throwable> refused;
    private final DefinitionChecks checks;
    private final Clock clock;

    FleetApi(Api.Ground ground, DefinitionChecks checks, Clock clock) {
        this.view = ground.view();
        this.streams = ground.streams();
        this.log = ground.log();
        this.publisher = ground.publisher();
        this.waiting = ground.waiting();
        this.refused = ground.refused();
        this.checks = checks;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        Map<Integer, String> profile = Map.of(200, "Profile", 404, Api.PROBLEM);
        return List.of(
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/hosts",
                        "listHosts",
                        "Lists hosts by name",
                        List.of(),
                        null,
                        Map.of(200, "HostList"),
                        this::hosts),
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/hosts/{host}",
                        "getHost",
                        "Shows a host",
                        List.of(),
                        null,
                        Map.of(200, "Host", 404, Api.PROBLEM),
                        this::host),
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/events",
                        "listEvents",
                        "Lists what happened, by time, oldest first",
                        List.of(
                                Parameter.query("container", "Only what happened to this one"),
                                Parameter.query(
                                        "since", "Only what came after this cursor, the oldest first to be shown"),
                                Parameter.query("from", "Only what happened at this time or later, RFC 3339"),
                                Parameter.query("until", "Only what happened before this time, RFC 3339"),
                                Parameter.query(
                                        "limit",
                                        "At most so many, 1 to 1000; 100 if unsaid. Without since, the newest ones")),
                        null,
                        Map.of(200, "EventList", 400, Api.PROBLEM, 410, Api.PROBLEM),
                        this::events),
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/profiles",
                        "listProfiles",
                        "Lists profiles by name",
                        List.of(),
                        null,
                        Map.of(200, "ProfileList"),
                        this::profiles),
                new Endpoint(
                        HttpMethod.GET,
                        "/v1/profiles/{name}",
                        "getProfile",
                        "Shows a profile",
                        List.of(),
                        null,
                        profile,
                        this::profile),
                new Endpoint(
                        HttpMethod.PUT,
                        "/v1/profiles/{name}",
                        "putProfile",
                        "Defines a profile; the containers that name it are evaluated again",
                        List.of(),
                        "ContainerDefinition",
                        Map.of(
                                200,
                                "Profile",
                                202,
                                "Profile",
                                400,
                                Api.PROBLEM,
                                413,
                                Api.PROBLEM,
                                415,
                                Api.PROBLEM,
                                422,
                                Api.PROBLEM,
                                503,
                                Api.PROBLEM),
                        this::putProfile),
                new Endpoint(
                        HttpMethod.DELETE,
                        "/v1/profiles/{name}",
                        "deleteProfile",
                        "Deletes a profile",
                        List.of(),
                        null,
                        Map.of(204, "", 404, Api.PROBLEM),
                        this::deleteProfile));
    }

    private void hosts(RoutingContext request) {
        ObjectNode page = Json.object();
        ArrayNode items = page.putArray("items");
        view.hosts().forEach(host -> items.add(FleetView.resource(host, clock.instant())));
        Responses.json(request, 200, page.putNull("next"));
    }

    private void host(RoutingContext request) {
        HostName name = Requests.path(request, "host", HostName::new);
        var host = view.host(name).orElseThrow(() -> new Problem(404, "host " + name + " was never heard of"));
        Responses.json(request, 200, FleetView.resource(host, clock.instant()));
    }

    private void events(RoutingContext request) {
        Cursor now = streams.cursor();
        Cursor since = Requests.query(request, "since", streams::parse);
        var page = new EventPage(new EventPage.Query(
                Requests.query(request, "container", ContainerName::new),
                Requests.query(request, "from", Requests::time),
                Requests.query(request, "until", Requests::time),
                since == null,
                Requests.limit(request, PAGE, LONGEST_PAGE)));
        Offsets from = eventsOnly(since == null ? beginning(now.offsets()) : since.offsets());
        log.read(from, eventsOnly(now.offsets()), record -> take(page, record))
                .map(done -> {
                    ObjectNode body = Json.object();
                    body.putArray("items").addAll(page.items());
                    Offsets next = page.next(Topics.EVENTS.name(), now.offsets());
                    body.put("next", new Cursor(now.ids(), next, now.at()).text());
                    Responses.json(request, 200, body);
                    return null;
                })
                .onFailure(request::fail);
    }

    private void take(EventPage page, BusRecord record) {
        if (!page.admits(record)) {
            return;
        }
        try {
            FleetRecord.read(record).change().ifPresent(change -> {
                Instant at = Instant.parse(change.body().at("/event/at").asText());
                page.take(record, (ObjectNode) change.body(), at);
            });
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            refused.accept(record, e);
            ObjectNode body = Json.object().put("id", record.id()).put("unreadable", String.valueOf(e.getMessage()));
            page.take(record, body, record.timestamp());
        }
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

    private void profiles(RoutingContext request) {
        ObjectNode page = Json.object();
        ArrayNode items = page.putArray("items");
        view.profiles().forEach((name, profile) -> items.add(resource(name, profile)));
        Responses.json(request, 200, page.putNull("next"));
    }

    private void profile(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        answer(request, 200, name, require(name));
    }

    private FleetView.Profile require(ProfileName name) {
        return view.profile(name).orElseThrow(() -> new Problem(404, "there is no profile " + name));
    }

    private static void answer(RoutingContext request, int status, ProfileName name, FleetView.Profile profile) {
        request.response().putHeader("ETag", "\"" + profile.revision() + "\"");
        Responses.json(request, status, resource(name, profile));
    }

    private static ObjectNode resource(ProfileName name, FleetView.Profile profile) {
        ObjectNode resource = Json.object().put("name", name.value()).put("revision", profile.revision());
        resource.set("definition", Json.node(profile.definition()));
        return resource;
    }

    private void putProfile(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        checks.read(request, definition -> Evaluator.checkProfile(name, definition))
                .compose(checked -> {
                    if (!checked.errors().isEmpty()) {
                        throw new Problem(
                                422,
                                "profile " + name + " is not valid, nothing was changed: "
                                        + checked.errors().getFirst().inWords(),
                                checked.errors());
                    }
                    ContainerDefinition definition = checked.definition();
                    return publisher
                            .publish(message(name, definition))
                            .compose(position -> waiting.profile(name, position.offset(), READ_WITHIN)
                                    .map(read -> {
                                        var profile = read.orElse(new FleetView.Profile(definition, position.offset()));
                                        answer(request, read.isPresent() ? 200 : 202, name, profile);
                                        return null;
                                    }));
                })
                .onFailure(request::fail);
    }

    private void deleteProfile(RoutingContext request) {
        ProfileName name = Requests.path(request, "name", ProfileName::new);
        require(name);
        publisher
                .publish(message(name, null))
                .map(position -> {
                    var _ = request.response().setStatusCode(204).end();
                    return null;
                })
                .onFailure(request::fail);
    }

    private Message message(ProfileName name, @Nullable ContainerDefinition definition) {
        return Message.of(Topics.PROFILES.name(), name.value(), definition, null, Api.SOURCE, clock.instant())
                .with(Headers.BY, Api.BY);
    }
}
