package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Equality selectors, as Kubernetes has them: {@code tier=web,zone!=north}. All terms must hold; {@code !=} also holds for a container
 * without the label.
 */
record LabelSelector(List<Term> terms) {
    private static final Pattern TERM = Pattern.compile("\\s*([^=!\\s]+)\\s*(==|=|!=)\\s*([^=!]*?)\\s*");

    /** Keeps an immutable copy of the terms. */
    LabelSelector {
        terms = List.copyOf(terms);
    }

    /**
     * One comparison.
     *
     * @param equal whether the label must have the value, or must not
     */
    record Term(String label, boolean equal, String value) {}

    /**
     * Reads a selector.
     *
     * @throws UserError if the text is not a selector; the message names the part
     */
    static LabelSelector parse(String text) {
        var terms = new ArrayList<Term>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = TERM.matcher(part);
            if (!matcher.matches()) {
                throw new UserError("--selector " + text + ": '" + part.strip()
                        + "' is not a comparison: write label=value or label!=value, separated by commas");
            }
            terms.add(new Term(matcher.group(1), !matcher.group(2).equals("!="), matcher.group(3)));
        }
        return new LabelSelector(terms);
    }

    /** Whether a container of the API has such labels: those of its spec, or of its definition while it has no spec. */
    boolean matches(JsonNode container) {
        JsonNode ofSpec = container.at("/spec/labels");
        JsonNode labels = ofSpec.isObject() ? ofSpec : container.at("/definition/labels");
        return terms.stream()
                .allMatch(term ->
                        term.equal == term.value.equals(labels.path(term.label).textValue()));
    }
}
