package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery logs}. */
@Command(
        name = "logs",
        description = "Show what containers print, and their journals",
        footer = "TIME is an RFC 3339 time, such as 2026-05-01T12:00:00Z, or a duration before now, such as 10min.",
        mixinStandardHelpOptions = true)
final class LogsCommand implements Runnable {
    /** How many logs are read at the same time; each takes a reader of the gateway. */
    private static final int MOST_CONTAINERS = 32;

    private static final String USUAL_TAIL = "100";
    private static final String ALL = "all";
    private static final long RECONNECT_MILLIS = 1000;

    /** The gateway sends an empty line more often. */
    private static final Duration FOLLOWED_SILENCE = Duration.ofMinutes(1);

    private static final Duration LONGEST_SEARCH = Duration.ofMinutes(11);

    @Mixin
    private ApiClient api = new ApiClient();

    @Mixin
    private TargetContainers targets = new TargetContainers();

    @Option(
            names = {"-f", "--follow"},
            description = "Continue with new lines")
    private boolean follow;

    @Option(names = "--since", paramLabel = "TIME", description = "Only lines from this time on")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only lines before this time")
    private @Nullable String until;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "N",
            description =
                    "Only the last N lines of each container, at most 10000, or all (default: 100, or all with --since or --until)")
    private @Nullable String tail;

    @Option(
            names = {"-u", "--unit"},
            paramLabel = "UNIT",
            description = "Only lines of this unit in the container's journal, such as nginx")
    private @Nullable String unit;

    @Option(
            names = {"-p", "--priority"},
            paramLabel = "PRIORITY",
            description =
                    "Only lines of this priority or a more important one in the container's journal: emerg, alert,"
                            + " crit, err, warning, notice, info, debug, or 0 to 7")
    private @Nullable String priority;

    @Option(
            names = {"-g", "--grep"},
            paramLabel = "REGEX",
            description = "Only lines with a match of this regular expression")
    private @Nullable String grep;

    @Option(names = "--timestamps", description = "Show the time of each line")
    private boolean timestamps;

    private boolean isPrefixed;

    @Override
    public void run() {
        if (follow && until != null) {
            throw new UserError("--follow and --until exclude each other: give only one, not both");
        }
        Instant now = Instant.now();
        String filter = filter(now);
        String lines = lines();
        boolean _ = api.json(); // a wrong format is refused at once
        List<String> containers = targets.resolve(api);
        if (containers.size() > MOST_CONTAINERS) {
            throw new UserError(containers.size() + " containers match, and the logs of at most " + MOST_CONTAINERS
                    + " are shown together: name fewer, or use a narrower --selector");
        }
        isPrefixed = containers.size() > 1 || targets.areMany();
        if (!follow) {
            showByTime(containers, filter + lines);
            return;
        }
        if (containers.size() == 1) {
            follow(containers.getFirst(), filter, lines, now);
        }
        List<String> _ = ParallelTasks.map(containers, container -> {
            try {
                follow(container, filter, lines, now);
            } catch (UserError e) {
                Output.note("hatchery: " + container + ": " + e.getMessage());
            }
            return container;
        });
    }

    private String filter(Instant now) {
        var filter = new StringBuilder("?follow=" + follow);
        append(filter, "since", time("--since", since, now));
        append(filter, "until", time("--until", until, now));
        append(filter, "unit", unit);
        append(filter, "priority", priority);
        append(filter, "grep", grep);
        return filter.toString();
    }

    private static void append(StringBuilder filter, String parameter, @Nullable String value) {
        if (value != null) {
            filter.append('&').append(parameter).append('=').append(ClientCommands.encode(value));
        }
    }

    private static @Nullable String time(String option, @Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        Instant time = EventsCommand.time(text, now);
        if (time == null) {
            throw new UserError(option + " " + text
                    + " is not a time: write an RFC 3339 time or a duration before now, such as 10min");
        }
        return time.toString();
    }

    private String lines() {
        String last = tail != null ? tail : since == null && until == null ? USUAL_TAIL : ALL;
        if (!last.matches("\\d{1,6}|" + ALL)) {
            throw new UserError("--tail " + last + ": write a number of lines, or all");
        }
        return last.equals(ALL) ? "" : "&tail=" + last;
    }

    private LogOutput open(String container, String query, Duration silence) {
        return new LogOutput(api.open(ClientCommands.container(container) + "/logs" + query, silence));
    }

    /** Of several logs, the line that comes next by time; each log is read as it is shown, however long it is. */
    private void showByTime(List<String> containers, String query) {
        var logs = new ArrayList<LogHead>();
        try {
            for (String container : containers) {
                logs.add(new LogHead(open(container, query, LONGEST_SEARCH)));
            }
            logs.removeIf(log -> !log.advance());
            while (!logs.isEmpty()) {
                LogHead next =
                        logs.stream().min(Comparator.comparing(LogHead::at)).orElseThrow();
                show(next.line());
                if (!next.advance()) {
                    logs.remove(next);
                }
            }
        } finally {
            logs.forEach(LogHead::close);
        }
    }

    /** A log and its next line. */
    private static final class LogHead {
        private final LogOutput lines;
        private @Nullable ObjectNode line;

        LogHead(LogOutput lines) {
            this.lines = lines;
        }

        boolean advance() {
            try {
                line = lines.next();
                return line != null;
            } catch (IOException e) {
                throw new UserError(
                        "the connection to the gateway was lost within the log: " + e.getMessage() + "; try again", e);
            }
        }

        ObjectNode line() {
            if (line == null) {
                throw new IllegalStateException("the log has ended");
            }
            return line;
        }

        Instant at() {
            return Instant.parse(line().path("at").asText());
        }

        void close() {
            try {
                lines.close();
            } catch (IOException e) {
                return; // what was wanted of it was read
            }
        }
    }

    /** Never returns: it goes on from the last line whenever the gateway is back. */
    private void follow(String container, String filter, String lines, Instant now) {
        String cursor = null;
        boolean isFirst = true;
        while (true) {
            // A new request for no old lines would miss what came meanwhile.
            String place = cursor != null
                    ? "&after=" + ClientCommands.encode(cursor)
                    : isFirst || !lines.equals("&tail=0") || since != null
                            ? lines
                            : "&since=" + ClientCommands.encode(now.toString());
            try (LogOutput log = open(container, filter + place, FOLLOWED_SILENCE)) {
                for (ObjectNode line = log.next(); line != null; line = log.next()) {
                    show(line);
                    cursor = line.path("cursor").asText();
                }
            } catch (IOException e) {
                Output.note("hatchery: the connection to the gateway was lost (" + e.getMessage() + "); reconnecting");
            } catch (UserError e) {
                if (isFirst || !(e.getCause() instanceof IOException)) {
                    throw e;
                }
                Output.note("hatchery: " + e.getMessage());
            }
            isFirst = false;
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RECONNECT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        }
    }

    private synchronized void show(JsonNode line) {
        if (api.json()) {
            Output.jsonLine(line);
        } else if (line.hasNonNull("dropped")) {
            Output.note("hatchery: " + line.path("container").asText() + ": "
                    + line.path("text").asText());
        } else {
            Output.line(LogOutput.format(line, isPrefixed, timestamps));
        }
    }
}
