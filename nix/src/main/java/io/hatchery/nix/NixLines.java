package io.hatchery.nix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Reads the parts of a line. */
final class NixLines {
    static final String PREFIX = "@nix ";
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final long ERROR = 0;
    private static final long WARNING = 1;

    private NixLines() {}

    static String plain(String text) {
        return COLOUR.matcher(text).replaceAll("");
    }

    static NixLine message(ObjectNode json) {
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

    static NixLine result(ObjectNode json) {
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
        return switch (fields.path(0).asInt()) {
            case 101 ->
                new NixLine.ExpectedTransfer(
                        NixLine.ActivityKind.DOWNLOAD, fields.path(1).asLong());
            case 103 ->
                new NixLine.ExpectedTransfer(
                        NixLine.ActivityKind.PATHS, fields.path(1).asLong());
            default -> new NixLine.Other();
        };
    }
}
