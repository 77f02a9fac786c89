package io.hatchery.gateway.view;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The order of a list of containers.
 *
 * @param isDescending whether it is reversed
 */
public record ContainerOrder(ContainerSort sort, boolean isDescending) {
    /** By name, from a to z. */
    public static final ContainerOrder BY_NAME = new ContainerOrder(ContainerSort.NAME, false);

    /** The words of all orders. */
    public static List<String> words() {
        return Arrays.stream(ContainerSort.values())
                .flatMap(sort -> Stream.of(sort.word(), "-" + sort.word()))
                .toList();
    }

    /**
     * Reads the word of an order, such as {@code host}, or {@code -changed} for a reversed one.
     *
     * @throws IllegalArgumentException if it is none of {@link #words}
     */
    public static ContainerOrder parse(String text) {
        boolean isDescending = text.startsWith("-");
        String word = (isDescending ? text.substring(1) : text).toLowerCase(Locale.ROOT);
        return Arrays.stream(ContainerSort.values())
                .filter(sort -> sort.word().equals(word))
                .map(sort -> new ContainerOrder(sort, isDescending))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "write one of " + words().stream().collect(Collectors.joining(", "))));
    }

    /** How a later name compares. */
    String after() {
        return isDescending ? "<" : ">";
    }

    /** The direction in SQL. */
    String direction() {
        return isDescending ? " DESC" : "";
    }
}
