package io.hatchery.gateway.view;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.token.Scope;
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
    private final boolean isDefined;
    private final boolean hasSpec;
    private final @Nullable String labels;
    private @Nullable SortedMap<String, String> readLabels;

    private ContainerTraits(ContainerRow row) {
        this.host = row.host();
        this.phase = row.phase();
        this.isDefined = row.evaluationState() != null && row.evaluationState() != Evaluation.State.DELETED;
        this.hasSpec = row.specHost() != null;
        this.labels = row.labels();
    }

    /** The traits of a container; null if the fleet does not have it. */
    static @Nullable ContainerTraits of(ContainerRow row) {
        return row.isThere() ? new ContainerTraits(row) : null;
    }

    /** Whether it has a definition: the labels of one that is being removed are not known. */
    public boolean isDefined() {
        return isDefined;
    }

    /** Whether it is on that host, or belongs to it. */
    public boolean isOn(HostName name) {
        return name.value().equals(host);
    }

    /**
     * Whether it is in scope. The labels of a container that is being removed are not known, so only hosts can admit it. Of one without
     * a spec, the labels from profiles are not known, so a selector that excludes labels does not admit it.
     */
    public boolean isIn(Scope scope) {
        return scope.isAll()
                || (scope.isOfAllLabels()
                                || hasLabelsFor(scope.selector())
                                        && scope.selector().matches(labels()))
                        && scope.admitsHost(host == null ? null : new HostName(host));
    }

    private boolean hasLabelsFor(LabelSelector selector) {
        return isDefined && (hasSpec || !selector.hasNegatedRequirement());
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
                && isDefined == other.isDefined
                && hasSpec == other.hasSpec
                && Objects.equals(labels, other.labels);
    }
}
