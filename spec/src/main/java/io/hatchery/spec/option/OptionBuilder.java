package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The parts of an option's declaration, by name. Type, description, default, example and effect are required. */
final class OptionBuilder {
    private final String name;
    private List<String> aliases = List.of();
    private @Nullable OptionType type;
    private @Nullable JsonNode defaultValue;
    private @Nullable String defaultText;
    private @Nullable String description;
    private @Nullable JsonNode example;
    private @Nullable String becomes;
    private Option.@Nullable SpecValue inSpec;

    OptionBuilder(String name) {
        this.name = name;
    }

    /** Other names that a definition may use. */
    OptionBuilder aliases(String... names) {
        aliases = List.of(names);
        return this;
    }

    OptionBuilder type(OptionType given) {
        type = given;
        return this;
    }

    /** What the option is for, in full sentences. */
    OptionBuilder description(String text) {
        description = text;
        return this;
    }

    /** The value where no layer gives one. */
    OptionBuilder defaultsTo(Object value) {
        defaultValue = Json.node(value);
        return this;
    }

    /** The default in words, where it is none or depends on other options. */
    OptionBuilder defaultText(String text) {
        defaultText = text;
        return this;
    }

    OptionBuilder example(Object value) {
        example = Json.node(value);
        return this;
    }

    OptionBuilder exampleJson(String json) {
        try {
            example = Json.readObject(("{\"value\":" + json + "}").getBytes(StandardCharsets.UTF_8))
                    .get("value");
        } catch (UnreadableException e) {
            throw new IllegalArgumentException("the example of " + name + " is not JSON: " + json, e);
        }
        return this;
    }

    /** The nspawn argument or the step that the option turns into. */
    OptionBuilder becomes(String effect) {
        becomes = effect;
        return this;
    }

    /** A changed value applies to a running container. */
    OptionBuilder appliesLive(Function<ContainerSpec, @Nullable Object> value) {
        inSpec = new Option.SpecValue(value, true);
        return this;
    }

    /** A changed value needs a restart of a running container. */
    OptionBuilder needsRestart(Function<ContainerSpec, @Nullable Object> value) {
        inSpec = new Option.SpecValue(value, false);
        return this;
    }

    Option build() {
        if (defaultValue == null && defaultText == null) {
            throw new IllegalStateException("option " + name + " has no default: declare defaultsTo or defaultText");
        }
        return new Option(
                name,
                aliases,
                required(type, "type"),
                defaultValue,
                defaultText,
                new Option.OptionDocumentation(
                        required(description, "description"),
                        required(example, "example"),
                        required(becomes, "becomes")),
                inSpec);
    }

    private <T> T required(@Nullable T part, String what) {
        return Objects.requireNonNull(part, () -> "option " + name + " has no " + what);
    }
}
