package io.hatchery.spec.option;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The declaration of an option.
 *
 * @param name as written in a definition
 * @param aliases other names that are taken for it
 * @param type what values it takes and how layers merge
 * @param defaultValue the value where no layer gives one; null if it then has none or depends on others
 * @param defaultText the default in words; null if {@code defaultValue} says it all
 * @param description what it is for, in full sentences
 * @param example a value that makes sense
 * @param becomes the nspawn argument or the step that it turns into
 */
public record Option(
        String name,
        List<String> aliases,
        OptionType type,
        @Nullable JsonNode defaultValue,
        @Nullable String defaultText,
        String description,
        JsonNode example,
        String becomes) {
    /** Keeps an immutable copy of the aliases. */
    public Option {
        aliases = List.copyOf(aliases);
    }
}
