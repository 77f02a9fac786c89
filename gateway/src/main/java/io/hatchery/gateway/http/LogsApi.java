package io.hatchery.gateway.http;

import io.hatchery.gateway.http.Endpoint.Parameter;
import io.hatchery.gateway.logs.KafkaLogStore;
import io.hatchery.gateway.logs.LogCursor;
import io.hatchery.gateway.logs.LogFilter;
import io.hatchery.gateway.logs.LogQuery;
import io.hatchery.gateway.logs.LogStore.LogReading;
import io.hatchery.gateway.logs.TextPattern;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What containers print. */
final class LogsApi {
    /** How often a follower's permission and the host of its container are looked up. */
    private static final Duration RECHECK = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final ServedFleet fleet;

    LogsApi(Vertx vertx, ServedFleet fleet) {
        this.vertx = vertx;
        this.fleet = fleet;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/v1/containers/{name}/logs")
                .id("getLogs")
                .summary(
                        "Shows what a container printed, and the journal inside, over all its hosts: a LogLine as JSON on each line")
                .parameters(
                        Parameter.query("since", "Only what was logged at this time or later", ParameterTypes.time()),
                        Parameter.query("until", "Only what was logged before this time", ParameterTypes.time()),
                        Parameter.query(
                                "tail",
                                "Only the last lines, so many; all if it is not given",
                                Json.object()
                                        .put("type", "integer")
                                        .put("format", "int32")
                                        .put("minimum", 0)
                                        .put("maximum", LogQuery.MOST_TAIL)),
                        Parameter.query("after", "Only what comes after this cursor, which each line has"),
                        Parameter.query(
                                "follow",
                                "Whether to go on with new lines; an empty line says that there were none for a while",
                                ParameterTypes.bool()),
                        Parameter.query("unit", "Only of this unit in the container's journal, such as nginx.service"),
                        Parameter.query(
                                "priority",
                                "Only of this priority or a more important one, in the container's journal: emerg, alert, crit,"
                                        + " err, warning, notice, info, debug, or 0 to 7"),
                        Parameter.query("grep", "Only lines with a match of this regular expression"),
                        Parameter.query("download", "Whether a browser saves it as a file", ParameterTypes.bool()))
                .answers(200, OpenApi.LOG_LINE)
                .problems(400, 404, 503)
                .handledBy(this::logs));
    }

    /** What is known of the container. */
    private record LoggedContainer(
            boolean isThere, @Nullable HostName host) {
        static LoggedContainer of(FleetView view, ContainerName name) {
            return new LoggedContainer(view.isThere(name), view.hostOf(name).orElse(null));
        }
    }

    private void logs(RoutingContext request) {
        ContainerName name = Requests.container(request);
        LogQuery query = query(request, name);
        fleet.read(request, view -> LoggedContainer.of(view, name))
                .<Void>map(found -> {
                    // A removed container is in nobody's scope: its log is of the whole fleet.
                    if (!found.isThere && !Requests.principal(request).scope().isAll()) {
                        throw noContainer(name);
                    }
                    answer(
                            request,
                            new LogQuery(
                                    name, found.host, query.filter(), query.tail(), query.after(), query.follow()));
                    return null;
                })
                .onFailure(request::fail);
    }

    private static ApiProblem noContainer(ContainerName name) {
        return new ApiProblem(
                ProblemType.NOT_FOUND, "there is no container " + name + ": run hatchery list for the names");
    }

    private static LogQuery query(RoutingContext request, ContainerName name) {
        Instant until = Requests.query(request, "until", Requests::time);
        Integer tail = Requests.query(request, "tail", LogsApi::tail);
        LogCursor after = Requests.query(request, "after", LogCursor::parse);
        boolean follow = isSet(request, "follow");
        if (follow && until != null) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST, "query parameters follow and until exclude each other: give one");
        }
        if (tail != null && after != null) {
            throw new ApiProblem(
                    ProblemType.INVALID_REQUEST, "query parameters tail and after exclude each other: give one");
        }
        var filter = new LogFilter(
                Requests.query(request, "since", Requests::time),
                until,
                Requests.query(request, "unit", LogFilter::unit),
                Requests.query(request, "priority", LogFilter::priority),
                Requests.query(request, "grep", TextPattern::parse));
        return new LogQuery(name, null, filter, tail, after, follow);
    }

    private static boolean isSet(RoutingContext request, String parameter) {
        return Boolean.TRUE.equals(Requests.query(request, parameter, ContainerFilters::bool));
    }

    private static int tail(String text) {
        int number = text.matches("\\d{1,6}") ? Integer.parseInt(text) : -1;
        if (number < 0 || number > LogQuery.MOST_TAIL) {
            throw new IllegalArgumentException("give a number from 0 to " + LogQuery.MOST_TAIL);
        }
        return number;
    }

    private void answer(RoutingContext request, LogQuery query) {
        request.response().putHeader(HttpHeaders.CONTENT_TYPE, OpenApi.LINES);
        if (isSet(request, "download")) {
            request.response()
                    .putHeader("Content-Disposition", "attachment; filename=\"" + query.container() + ".ndjson\"");
        }
        if (query.follow()) {
            // What is compressed would wait for more.
            request.response().putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY);
        }
        if (request.request().method().equals(HttpMethod.HEAD)) {
            var _ = request.response().end();
            return;
        }
        var response = new LogResponse(vertx.getOrCreateContext(), request);
        LogReading reading = fleet.logs()
                .read(query, response)
                .orElseThrow(() -> new ApiProblem(
                        ProblemType.TOO_MANY_REQUESTS,
                        KafkaLogStore.MOST_READERS
                                + " logs are read already: try again in a second, or use another gateway"));
        response.onClosed(reading::cancel);
        if (query.follow()) {
            watch(request, query.container(), response, reading);
        }
    }

    /** Ends a follower that may not read any more, and tells it of a host to which its container moves. */
    private void watch(RoutingContext request, ContainerName name, LogResponse response, LogReading reading) {
        long timer = vertx.setPeriodic(
                RECHECK.toMillis(),
                tick -> fleet.read(request, view -> LoggedContainer.of(view, name))
                        .onSuccess(found -> {
                            if (!found.isThere
                                    && !Requests.principal(request).scope().isAll()) {
                                response.abort();
                            } else if (found.host != null) {
                                reading.alsoOn(found.host);
                            }
                        })
                        .onFailure(e -> response.abort()));
        response.onClosed(() -> {
            vertx.cancelTimer(timer);
            reading.cancel();
        });
    }
}
