package io.hatchery.spec.option;

import io.hatchery.spec.json.Json;
import java.util.List;

/** The reference page of every option, from their declarations. */
public final class OptionsPage {
    private static final String BEGINNING = """
            # Container options

            All options of a container definition, for `hatchery apply` and the HTTP API. `hatchery plan -f FILE` prints how a definition
            would run. This page is generated from the code.

            A container's options are merged with those of the profiles that it names: lists are concatenated, objects are merged key by key,
            and two different single values are an error unless one of them is wrapped as `{"$default": …}` or `{"$force": …}`. An option
            without a default may be `null`, which is the same as leaving it out.
            """;

    private OptionsPage() {}

    /** The page, in Markdown. */
    public static String markdown() {
        var page = new StringBuilder(BEGINNING);
        options(page, "", Options.container().options());
        return page.toString();
    }

    private static void options(StringBuilder page, String prefix, List<Option> options) {
        for (Option option : options) {
            String name = prefix + option.name();
            page.append("\n## `")
                    .append(name)
                    .append("`\n\n")
                    .append(option.description())
                    .append("\n\n");
            line(page, "Type", option.type().words());
            line(page, "Default", defaultOf(option));
            line(page, "Example", "`" + Json.text(option.example()) + "`");
            line(page, "Becomes", option.becomes());
            if (!option.aliases().isEmpty()) {
                line(page, "Also", "`" + String.join("`, `", option.aliases()) + "`");
            }
            inner(page, name, option.type());
        }
    }

    private static void line(StringBuilder page, String what, String text) {
        page.append("- ")
                .append(what)
                .append(": ")
                .append(text.startsWith("`") ? text : text.replace("<", "&lt;"))
                .append('\n');
    }

    private static String defaultOf(Option option) {
        if (option.defaultText() != null) {
            return option.defaultText();
        }
        return option.defaultValue() == null ? "none" : "`" + Json.text(option.defaultValue()) + "`";
    }

    private static void inner(StringBuilder page, String name, OptionType type) {
        switch (type) {
            case OptionType.Submodule submodule -> options(page, name + ".", submodule.options());
            case OptionType.AttributesOf attributes -> inner(page, name + ".<name>", attributes.value());
            case OptionType.ListOf list -> inner(page, name + "[]", list.element());
            case OptionType.Joined joined -> {}
            case OptionType.Scalar scalar -> {}
        }
    }
}
