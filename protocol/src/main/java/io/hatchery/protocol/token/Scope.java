package io.hatchery.protocol.token;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The part of a fleet that a principal may see and change: the containers whose labels the selector selects, on these hosts.
 *
 * @param selector of the labels; {@link LabelSelector#ALL} for no restriction
 * @param hosts of the containers, at most {@value #MAX_HOSTS}; empty for no restriction
 */
public record Scope(LabelSelector selector, SortedSet<HostName> hosts) {
    /** How many hosts a scope may name. */
    public static final int MAX_HOSTS = 100;

    /** The whole fleet. */
    public static final Scope ALL = new Scope(LabelSelector.ALL, Collections.emptySortedSet());

    /**
     * Keeps an immutable copy.
     *
     * @throws IllegalArgumentException if there are too many hosts
     */
    public Scope {
        if (hosts.size() > MAX_HOSTS) {
            throw new IllegalArgumentException(
                    "the scope has " + hosts.size() + " hosts, and at most " + MAX_HOSTS + " are allowed");
        }
        hosts = Collections.unmodifiableSortedSet(new TreeSet<>(hosts));
    }

    /** Whether it is the whole fleet. */
    @JsonIgnore
    public boolean isAll() {
        return isOfAllLabels() && hosts.isEmpty();
    }

    /** Whether labels do not matter. */
    @JsonIgnore
    public boolean isOfAllLabels() {
        return selector.requirements().isEmpty();
    }

    /** Whether a container with these labels, on that host, is in scope; null for a container that has no host. */
    public boolean admits(Map<String, String> labels, @Nullable HostName host) {
        return admitsHost(host) && selector.matches(labels);
    }

    /** Whether containers of that host can be in scope; null stands for no host. */
    public boolean admitsHost(@Nullable HostName host) {
        return hosts.isEmpty() || host != null && hosts.contains(host);
    }

    /**
     * Whether the host itself, with its state and its number of containers, is in scope: the scope names it, or is the whole fleet.
     */
    public boolean hasHost(HostName host) {
        return isAll() || hosts.contains(host);
    }

    /** In words, for messages. */
    @Override
    public String toString() {
        if (isAll()) {
            return "the whole fleet";
        }
        String labels = isOfAllLabels() ? "" : selector.toString();
        String names = hosts.isEmpty()
                ? ""
                : (hosts.size() == 1 ? "host " : "hosts ")
                        + hosts.stream().map(HostName::value).collect(Collectors.joining(", "));
        return labels.isEmpty() || names.isEmpty() ? labels + names : labels + " on " + names;
    }
}
