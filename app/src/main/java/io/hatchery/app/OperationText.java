package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.runner.plan.PrintableText;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How an operation and its outcome are shown to people: a line with the result, and a line for each step with its time. */
final class OperationText {
    private static final String PENDING = "pending";

    private OperationText() {}

    /** An operation of the API: {@code stop web: completed in 2.301s, stopped: halted}, and its steps. Each line ends with a line feed. */
    static String of(JsonNode operation) {
        String line = operation.path("command").asText() + " "
                + operation.path("container").asText() + ": "
                + (operation.path("outcome").asText().equals(PENDING) ? pending(operation) : result(operation));
        return PrintableText.whole(line) + "\n" + steps(operation);
    }

    /** The result of an event of type {@code outcome}: {@code stop completed in 2.301s, stopped: halted}. */
    static String ofOutcome(JsonNode event) {
        return event.path("command").asText() + " " + result(event);
    }

    private static String pending(JsonNode operation) {
        return "pending; see its outcome with: hatchery events --container "
                + operation.path("container").asText();
    }

    private static String result(JsonNode operation) {
        Duration duration = sinceSubmitted(operation, lastStep(operation));
        return operation.path("outcome").asText()
                + (duration == null ? "" : " in " + seconds(duration))
                + (operation.has("stoppedBy")
                        ? ", stopped: " + operation.path("stoppedBy").asText()
                        : "")
                + (operation.has("reason") ? " (" + operation.path("reason").asText() + ")" : "");
    }

    private static JsonNode lastStep(JsonNode operation) {
        JsonNode steps = operation.path("steps");
        return steps.path(steps.size() - 1).path("at");
    }

    /**
     * The steps, one line each with the time since the command was submitted. The last step is left out if it repeats the outcome.
     *
     * @return empty if there are none; else each line ends with a line feed
     */
    static String steps(JsonNode operation) {
        List<String[]> lines = new ArrayList<>();
        for (JsonNode step : operation.path("steps")) {
            Duration offset = sinceSubmitted(operation, step.path("at"));
            lines.add(new String[] {
                offset == null ? "" : "+" + seconds(offset), step.path("step").asText()
            });
        }
        if (!lines.isEmpty()
                && lines.getLast()[1].equals(operation.path("outcome").asText())) {
            lines.removeLast();
        }
        int width = lines.stream().mapToInt(line -> line[0].length()).max().orElse(0);
        var text = new StringBuilder();
        for (String[] line : lines) {
            text.append("  ")
                    .append(" ".repeat(width - line[0].length()))
                    .append(line[0])
                    .append("  ")
                    .append(PrintableText.whole(line[1]))
                    .append('\n');
        }
        return text.toString();
    }

    /** Never negative: the clocks of the broker, which stamps the submission, and of the host may differ. */
    private static @Nullable Duration sinceSubmitted(JsonNode operation, JsonNode at) {
        try {
            Duration duration =
                    Duration.between(Instant.parse(operation.path("submitted").asText()), Instant.parse(at.asText()));
            return duration.isNegative() ? Duration.ZERO : duration;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.3fs", duration.toMillis() / 1000.0);
    }
}
