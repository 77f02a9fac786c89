package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.runner.plan.PrintableText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A text table with aligned columns. */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... heads) {
        rows.add(List.of(heads));
    }

    void row(String... cells) {
        rows.add(Stream.of(cells).map(PrintableText::whole).toList());
    }

    String text() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** A table of container resources. */
    static TextTable ofContainers(Iterable<? extends JsonNode> containers, Instant now) {
        var table = new TextTable("NAME", "HOST", "PHASE", "FOR", "LEADER", "GENERATION", "RESTARTS", "NOTE");
        for (JsonNode container : containers) {
            JsonNode status = container.path("status");
            table.row(
                    container.path("name").asText(),
                    container.path("host").asText("-"),
                    status.path("phase").asText(),
                    since(status.path("since"), now),
                    status.path("leader").asText("-"),
                    container.path("generation").asText("-"),
                    status.path("restarts").asText("-"),
                    note(container, status));
        }
        return table;
    }

    private static String note(JsonNode container, JsonNode status) {
        JsonNode evaluation = container.path("evaluation");
        if (!evaluation.isObject()) {
            return "waits for its evaluation: is config-service running?";
        }
        if (evaluation.path("state").asText().equals("failed")) {
            return "evaluation failed, see hatchery show "
                    + container.path("name").asText();
        }
        if (evaluation.path("state").asText().equals("unplaced")) {
            return unplaced(container.path("definition").path("hostSelector"));
        }
        if (evaluation.has("releasingHost")) {
            return "moving: host "
                    + evaluation.path("releasingHost").path("host").asText() + " must release the container first";
        }
        if (evaluation.path("state").asText().equals("building")) {
            return "its system is being built";
        }
        return status.path("outdated").asBoolean() && !status.has("reason")
                ? "outdated: restart to apply " + format(status.path("restartFor"))
                : status.path("reason").asText("");
    }

    /**
     * Why a container has no host.
     *
     * @param hostSelector of the definition itself; a profile may have another
     */
    private static String unplaced(JsonNode hostSelector) {
        String labels = hostSelector.properties().stream()
                .map(label -> label.getKey() + "=" + label.getValue().asText())
                .sorted()
                .collect(Collectors.joining(","));
        return "no host that is ready " + (labels.isEmpty() ? "matches" : "has the labels " + labels)
                + ", see hatchery hosts";
    }

    /** Names, separated by commas. */
    static String format(JsonNode names) {
        var words = new ArrayList<String>();
        names.forEach(name -> words.add(name.asText()));
        return String.join(", ", words);
    }

    /** A time in RFC 3339, UTC, with milliseconds; a text that is not a time is returned as it is. */
    static String time(JsonNode at) {
        try {
            return Milliseconds.FORMAT.format(Instant.parse(at.asText()));
        } catch (DateTimeParseException e) {
            return at.asText("-");
        }
    }

    /** Loaded by its first use: tables of containers show no such time. */
    private static final class Milliseconds {
        static final DateTimeFormatter FORMAT =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    }

    static String since(JsonNode at, Instant now) {
        if (!at.isTextual()) {
            return "-";
        }
        long seconds =
                Math.max(0, Duration.between(Instant.parse(at.textValue()), now).toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 7200) {
            return seconds / 60 + "min";
        }
        return seconds < 172_800 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }
}
