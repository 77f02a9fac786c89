package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.ContainerSpec;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of an option, made with {@link #named}.
 *
 * @param name as written in a definition
 * @param aliases other names that a definition may use for it
 * @param type which values it takes and how layers merge
 * @param defaultValue the value where no layer gives one; null if it then has none or depends on others
 * @param defaultText the default in words; null if {@code defaultValue} is the default
 * @param documentation what the reference says about it
 * @param inSpec its value in a spec; null if a spec does not have it
 */
public record Option(
        String name,
        List<String> aliases,
        OptionType type,
        @Nullable JsonNode defaultValue,
        @Nullable String defaultText,
        OptionDocumentation documentation,
        @Nullable SpecValue inSpec) {
    /** Keeps an immutable copy of the aliases. */
    public Option {
        aliases = List.copyOf(aliases);
    }

    /**
     * What the reference says about an option.
     *
     * @param description what it is for, in full sentences
     * @param example a value that makes sense
     * @param becomes the nspawn argument or the step that it turns into
     */
    public record OptionDocumentation(String description, JsonNode example, String becomes) {}

    /**
     * The value of an option in a spec.
     *
     * @param of reads the value; null if the spec does not have one
     * @param appliesLive whether a running container takes a changed value without a restart
     */
    public record SpecValue(Function<ContainerSpec, @Nullable Object> of, boolean appliesLive) {}

    /** Begins the declaration of an option. */
    static OptionBuilder named(String name) {
        return new OptionBuilder(name);
    }

    /** What the option is for, in full sentences. */
    public String description() {
        return documentation.description();
    }

    /** A value that makes sense. */
    public JsonNode example() {
        return documentation.example();
    }

    /** The nspawn argument or the step that the option turns into. */
    public String becomes() {
        return documentation.becomes();
    }
}
