package io.hatchery.nix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a line that Nix writes with {@code --log-format internal-json}. */
final class NixLineReader {
    private static final String PREFIX = "@nix ";
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final long ERROR = 0;
    private static final long WARNING = 1;
    private static final int DOWNLOAD = 101;
    private static final int PATHS = 103;

    private NixLineReader() {}

    /** Reads a line. A line in another form is a note. */
    static NixLine read(String line) {
        if (!line.startsWith(PREFIX)) {
            return new NixLine.Note(plain(line));
        }
        try {
            ObjectNode json = Json.readObject(line.substring(PREFIX.length()).getBytes(StandardCharsets.UTF_8));
            return switch (json.path("action").asText()) {
                case "msg" -> message(json);
                case "start" ->
                    new NixLine.Begun(
                            json.path("id").asLong(), kind(json.path("type").asLong()));
                case "result" -> result(json);
                default -> new NixLine.Other();
            };
        } catch (UnreadableException e) {
            return new NixLine.Note(plain(line));
        }
    }

    private static NixLine.ActivityKind kind(long type) {
        if (type == DOWNLOAD) {
            return NixLine.ActivityKind.DOWNLOAD;
        }
        return type == PATHS ? NixLine.ActivityKind.PATHS : NixLine.ActivityKind.OTHER;
    }

    private static String plain(String text) {
        return COLOUR.matcher(text).replaceAll("");
    }

    private static NixLine message(ObjectNode json) {
        String words = plain(
                json.has("raw_msg")
                        ? json.path("raw_msg").asText()
                        : json.path("msg").asText());
        long level = json.path("level").asLong();
        if (level == ERROR && json.has("raw_msg")) {
            var trace = new ArrayList<NixLine.NixError>();
            json.path("trace").forEach(step -> trace.add(failure(step, List.of())));
            return failure(json, trace);
        }
        return level <= WARNING ? new NixLine.Note(words) : new NixLine.Other();
    }

    private static NixLine.NixError failure(JsonNode json, List<NixLine.NixError> trace) {
        JsonNode file = json.path("file");
        NixLine.SourceLocation place = file.isTextual() && !file.textValue().isEmpty()
                ? new NixLine.SourceLocation(
                        file.textValue(),
                        json.path("line").asLong(),
                        json.path("column").asLong())
                : null;
        return new NixLine.NixError(plain(json.path("raw_msg").asText()), place, trace);
    }

    private static NixLine result(ObjectNode json) {
        JsonNode fields = json.path("fields");
        long id = json.path("id").asLong();
        return switch (json.path("type").asInt()) {
            case 101, 107 -> new NixLine.BuildLog(plain(fields.path(0).asText()));
            case 105 ->
                new NixLine.TransferProgress(
                        id, fields.path(0).asLong(), fields.path(1).asLong());
            case 106 -> expected(fields);
            default -> new NixLine.Other();
        };
    }

    private static NixLine expected(JsonNode fields) {
        NixLine.ActivityKind kind = kind(fields.path(0).asInt());
        return kind == NixLine.ActivityKind.OTHER
                ? new NixLine.Other()
                : new NixLine.ExpectedTransfer(kind, fields.path(1).asLong());
    }
}
