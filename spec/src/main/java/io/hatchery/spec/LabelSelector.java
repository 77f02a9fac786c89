package io.hatchery.spec;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A label selector as Kubernetes has it: requirements, separated by commas, that must all hold. {@code tier=web}, {@code tier==web},
 * {@code env!=dev}, {@code zone in (a,b)}, {@code zone notin (a,b)}, {@code old} and {@code !old}. As in Kubernetes, {@code !=} and
 * {@code notin} also select what has no such label.
 *
 * @param requirements at most {@value #MAX_REQUIREMENTS}; empty selects everything
 */
public record LabelSelector(List<Requirement> requirements) {
    /** How many requirements a selector may have. */
    public static final int MAX_REQUIREMENTS = 20;

    /** How many values a requirement may have. */
    public static final int MAX_VALUES = 100;

    /** Selects everything. */
    public static final LabelSelector ALL = new LabelSelector(List.of());

    private static final String KEY = "[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?";
    private static final String VALUE = "[^(),=!\\p{Cntrl}]*";
    private static final Pattern EQUALITY = Pattern.compile("(" + KEY + ")\\s*(==|=|!=)\\s*(" + VALUE + ")");
    private static final Pattern SET = Pattern.compile("(" + KEY + ")\\s+(in|notin)\\s*\\(([^()]*)\\)");
    private static final Pattern PRESENCE = Pattern.compile("(!)?\\s*(" + KEY + ")");
    private static final String EXAMPLE = "write for instance tier=web,env!=dev,zone in (a,b),!old";

    /**
     * A condition on one label.
     *
     * @param key of the label
     * @param values of which it has one; empty if any value will do
     * @param isNegated whether the condition must not hold
     */
    public record Requirement(String key, List<String> values, boolean isNegated) {
        /** Keeps an immutable copy of the values. */
        public Requirement {
            values = List.copyOf(values);
        }

        /** Whether labels fulfil it. */
        public boolean matches(Map<String, String> labels) {
            @Nullable String value = labels.get(key);
            boolean holds = value != null && (values.isEmpty() || values.contains(value));
            return holds != isNegated;
        }

        @Override
        public String toString() {
            if (values.isEmpty()) {
                return (isNegated ? "!" : "") + key;
            }
            return values.size() == 1
                    ? key + (isNegated ? "!=" : "=") + values.getFirst()
                    : key + (isNegated ? " notin (" : " in (") + String.join(",", values) + ")";
        }
    }

    /** Keeps an immutable copy. */
    public LabelSelector {
        requirements = List.copyOf(requirements);
    }

    /**
     * Reads a selector; an empty text selects everything.
     *
     * @throws IllegalArgumentException if it is none; the message names the wrong part and gives an example
     */
    @JsonCreator
    public static LabelSelector parse(String text) {
        var requirements = new ArrayList<Requirement>();
        for (String part : parts(text)) {
            requirements.add(requirement(part.strip()));
        }
        if (requirements.size() > MAX_REQUIREMENTS) {
            throw new IllegalArgumentException("the selector has " + requirements.size() + " requirements, and at most "
                    + MAX_REQUIREMENTS + " are allowed");
        }
        return new LabelSelector(requirements);
    }

    /** Splits at the commas that are not in parentheses. */
    private static List<String> parts(String text) {
        var parts = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        if (!parts.isEmpty() || !text.isBlank()) {
            parts.add(text.substring(start));
        }
        return parts;
    }

    private static Requirement requirement(String part) {
        Matcher equality = EQUALITY.matcher(part);
        if (equality.matches()) {
            return new Requirement(
                    equality.group(1),
                    List.of(equality.group(3)),
                    equality.group(2).equals("!="));
        }
        Matcher set = SET.matcher(part);
        if (set.matches()) {
            return new Requirement(
                    set.group(1), values(part, set.group(3)), set.group(2).equals("notin"));
        }
        Matcher presence = PRESENCE.matcher(part);
        if (presence.matches()) {
            return new Requirement(presence.group(2), List.of(), presence.group(1) != null);
        }
        throw new IllegalArgumentException("'" + part + "' is not a requirement on a label: " + EXAMPLE);
    }

    private static List<String> values(String part, String text) {
        var values = new ArrayList<String>();
        for (String value : text.split(",", -1)) {
            if (!value.strip().matches(VALUE)) {
                throw new IllegalArgumentException(
                        "'" + value.strip() + "' in '" + part + "' is not a value of a label: " + EXAMPLE);
            }
            values.add(value.strip());
        }
        if (values.size() > MAX_VALUES) {
            throw new IllegalArgumentException("the requirement on '" + part.split("\\s")[0] + "' has " + values.size()
                    + " values, and at most " + MAX_VALUES + " are allowed");
        }
        return values;
    }

    /** Whether labels fulfil all requirements. */
    public boolean matches(Map<String, String> labels) {
        return requirements.stream().allMatch(requirement -> requirement.matches(labels));
    }

    @Override
    @JsonValue
    public String toString() {
        return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
    }

    /** Whether a requirement excludes labels, so that it matches a container of which no labels are known. */
    public boolean hasNegatedRequirement() {
        return requirements.stream().anyMatch(Requirement::isNegated);
    }
}
