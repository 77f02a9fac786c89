package io.hatchery.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.schema.Schemas;
import io.hatchery.protocol.token.TokenName;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.Json;
import java.util.List;

/** The schemas of parameters' values; each call gives a new one. */
final class ParameterTypes {
    private ParameterTypes() {}

    static ObjectNode container() {
        return Schemas.inline(ContainerName.class);
    }

    static ObjectNode host() {
        return Schemas.inline(HostName.class);
    }

    /** One of an enumeration's values, as JSON has them. */
    static ObjectNode oneOf(Class<? extends Enum<?>> type) {
        return Schemas.inline(type);
    }

    static ObjectNode oneOf(List<String> words) {
        ObjectNode schema = Json.object().put("type", "string");
        words.forEach(schema.putArray("enum")::add);
        return schema;
    }

    static ObjectNode bool() {
        return Json.object().put("type", "boolean").put("default", false);
    }

    static ObjectNode boolTrue() {
        return bool().put("default", true);
    }

    static ObjectNode integer(int least, int most, int usual) {
        return Json.object()
                .put("type", "integer")
                .put("format", "int32")
                .put("minimum", least)
                .put("maximum", most)
                .put("default", usual);
    }

    static ObjectNode count(long least) {
        return Json.object().put("type", "integer").put("format", "int64").put("minimum", least);
    }

    static ObjectNode time() {
        return Json.object().put("type", "string").put("format", "date-time");
    }

    /** A time span of systemd.time(7). */
    static ObjectNode span() {
        ObjectNode schema = Json.object().put("type", "string");
        schema.putArray("examples").add("30s").add("1min 30s");
        return schema;
    }

    static ObjectNode list() {
        ObjectNode schema = Json.object().put("type", "array");
        schema.putObject("items").put("type", "string");
        return schema;
    }

    /** The parameter in a path, by what the path is of. */
    static ObjectNode inPath(String path, String name) {
        return switch (name) {
            case "host" -> host();
            case "type" -> Json.object().put("type", "string");
            case "id" -> Schemas.inline(CommandId.class);
            case "name" ->
                path.startsWith("/v1/profiles/")
                        ? Schemas.inline(ProfileName.class)
                        : path.startsWith("/v1/tokens/") ? Schemas.inline(TokenName.class) : container();
            default ->
                throw new IllegalArgumentException("path " + path + " has the parameter " + name
                        + ", whose type is not known: add it here, beside " + List.of("host", "id", "name", "type"));
        };
    }
}
