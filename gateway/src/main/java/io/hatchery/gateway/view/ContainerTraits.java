package io.hatchery.gateway.view;

import io.hatchery.protocol.Phase;
import io.hatchery.spec.HostName;
import io.hatchery.spec.LabelSelector;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What filters of the stream look at. Used by one thread at a time. */
public final class ContainerTraits {
    private final @Nullable String host;
    private final Phase phase;
    private final @Nullable String labels;
    private @Nullable SortedMap<String, String> readLabels;

    private ContainerTraits(@Nullable String host, Phase phase, @Nullable String labels) {
        this.host = host;
        this.phase = phase;
        this.labels = labels;
    }

    /** The traits of a container; null if the fleet does not have it. */
    static @Nullable ContainerTraits of(ContainerRow row) {
        return row.isThere() ? new ContainerTraits(row.host(), row.phase(), row.labels()) : null;
    }

    /** Whether it is on that host, or belongs to it. */
    public boolean isOn(HostName name) {
        return name.value().equals(host);
    }

    /** Whether that phase was published of it. */
    public boolean isIn(Phase other) {
        return phase == other;
    }

    /** Whether a selector matches its labels. */
    public boolean isSelectedBy(LabelSelector selector) {
        return selector.equals(LabelSelector.ALL) || selector.matches(labels());
    }

    private SortedMap<String, String> labels() {
        SortedMap<String, String> read = readLabels;
        if (read == null) {
            read = new TreeMap<>();
            if (labels != null) {
                for (var label : tree(labels).properties()) {
                    read.put(label.getKey(), label.getValue().asText());
                }
            }
            readLabels = read;
        }
        return read;
    }

    private static com.fasterxml.jackson.databind.node.ObjectNode tree(String json) {
        try {
            return Json.readObject(json.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableException e) {
            throw new IllegalStateException("labels are written as JSON", e);
        }
    }

    /** Whether no filter can tell them apart. */
    boolean isSame(@Nullable ContainerTraits other) {
        return other != null
                && Objects.equals(host, other.host)
                && phase == other.phase
                && Objects.equals(labels, other.labels);
    }
}
