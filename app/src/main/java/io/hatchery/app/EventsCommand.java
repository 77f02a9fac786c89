package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.Span;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery events}. */
@Command(
        name = "events",
        description = "List events by time",
        footer = "TIME is an RFC 3339 time, such as 2026-05-01T12:00:00Z, or a duration before now, such as 10min.",
        mixinStandardHelpOptions = true)
final class EventsCommand implements Runnable {
    @Mixin
    private ApiClient api = new ApiClient();

    @Mixin
    private ContainerFilter container = new ContainerFilter();

    @Option(names = "--since", paramLabel = "TIME|CURSOR", description = "Only events from this time or cursor on")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only events before this time")
    private @Nullable String until;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most N events, 1 to 1000: the newest, or after a cursor the oldest",
            defaultValue = "100")
    private int limit = 100;

    @Option(
            names = {"-f", "--follow"},
            description = "Continue with new events")
    private boolean follow;

    @Override
    public void run() {
        if (follow && until != null) {
            throw new UserError("--follow and --until exclude each other: give only one, not both");
        }
        Instant now = Instant.now();
        Instant from = since == null ? null : time(since, now);
        var query = new StringBuilder("/v1/events?" + container.parameter() + "limit=" + limit);
        if (from != null) {
            query.append("&from=").append(from);
        } else if (since != null) {
            query.append("&since=").append(ClientCommands.encode(since));
        }
        if (until != null) {
            Instant to = time(until, now);
            if (to == null) {
                throw new UserError("--until " + until
                        + " is not a time: write an RFC 3339 time or a duration before now, such as 10min");
            }
            query.append("&until=").append(to);
        }
        ObjectNode page = api.call("GET", query.toString()).body();
        if (page.path("items").isEmpty()) {
            container.require(api);
        }
        if (!follow) {
            showPage(page);
            return;
        }
        page.path("items").forEach(this::showItem);
        new StreamFollower(api, container.parameter(), page.path("next").asText(), message -> {
                    if (message.path("type").asText().equals("event")) {
                        showItem(message);
                    }
                })
                .run();
    }

    private void showPage(ObjectNode page) {
        if (api.json()) {
            Output.json(page);
        } else {
            page.path("items").forEach(this::showItem);
        }
    }

    private void showItem(JsonNode item) {
        if (api.json()) {
            Output.jsonLine(item);
        } else if (item.has("event")) {
            Output.line(format(item.path("event")));
            Output.text(OperationText.steps(item.path("event")));
        } else {
            Output.line("unreadable event " + item.path("id").asText() + ": "
                    + item.path("unreadable").asText());
        }
    }

    /** A time, or a duration before now; null if the text is neither and may be a cursor. */
    static @Nullable Instant time(String text, Instant now) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException notATime) {
            try {
                Span span = Span.parse(text);
                return span.isInfinite() ? null : now.minus(span.toDuration());
            } catch (IllegalArgumentException notASpan) {
                return null;
            }
        }
    }

    /** An event on one line. */
    static String format(JsonNode event) {
        String what = switch (event.path("type").asText()) {
            case "transition" ->
                event.path("from").asText() + " -> " + event.path("to").asText();
            case "accepted" -> event.path("command").asText() + " accepted";
            case "outcome" -> OperationText.ofOutcome(event);
            case "system" ->
                "system " + event.path("source").asText()
                        + (event.has("path") ? " " + event.path("path").asText() : "");
            case "fetching" ->
                "fetching " + event.path("path").asText() + ", "
                        + event.path("paths").asText() + " of "
                        + event.path("pathsExpected").asText() + " paths, "
                        + event.path("bytes").asText() + " of "
                        + event.path("bytesExpected").asText() + " bytes";
            default -> event.path("type").asText() + " " + event.path("state").asText();
        };
        boolean isOutcome = event.path("type").asText().equals("outcome");
        return TextTable.time(event.path("at")) + "  " + event.path("container").asText() + "  " + what
                + (event.has("reason") && !isOutcome
                        ? " (" + event.path("reason").asText() + ")"
                        : "");
    }
}
