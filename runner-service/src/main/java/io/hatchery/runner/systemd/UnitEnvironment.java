package io.hatchery.runner.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * A container's variables in a file beside its unit, {@code EnvironmentFile=} of systemd.exec(5): the unit can be read by everyone and refers
 * to their values. They have names of their own, so that none of them means something to systemd-nspawn.
 */
final class UnitEnvironment {
    private static final String PREFIX = "HATCHERY_VALUE_";

    private final List<Map.Entry<String, String>> variables;

    /**
     * @param variables by name
     */
    UnitEnvironment(SortedMap<String, String> variables) {
        this.variables = new ArrayList<>(variables.entrySet());
    }

    boolean isEmpty() {
        return variables.isEmpty();
    }

    /** The text of the file. */
    String file() {
        var text = new StringBuilder();
        for (int i = 0; i < variables.size(); i++) {
            text.append(PREFIX)
                    .append(i)
                    .append('=')
                    .append(quoted(variables.get(i).getValue()))
                    .append('\n');
        }
        return text.toString();
    }

    /** Whatever a value holds, between double quotes a backslash in front of these four makes them part of it. */
    private static String quoted(String value) {
        return value.chars()
                .mapToObj(c -> ("\"\\`$".indexOf(c) >= 0 ? "\\" : "") + (char) c)
                .collect(Collectors.joining("", "\"", "\""));
    }

    /**
     * An argument of systemd-nspawn as a word of the unit: one that sets a variable refers to its value.
     *
     * @param otherwise the word for any other argument
     */
    String word(String argument, String otherwise) {
        for (int i = 0; i < variables.size(); i++) {
            String set = "--setenv=" + variables.get(i).getKey() + "=";
            if (argument.equals(set + variables.get(i).getValue())) {
                return "\"" + set + "${" + PREFIX + i + "}\"";
            }
        }
        return otherwise;
    }
}
