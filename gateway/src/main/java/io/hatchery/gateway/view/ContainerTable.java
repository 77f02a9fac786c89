package io.hatchery.gateway.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Phase;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the containers of the database. All calls come on one thread, each within a transaction of the session. */
final class ContainerTable {
    /** How long the last transition of a container that is gone is remembered. */
    private static final Duration TRANSITION_KEPT = Duration.ofHours(1);

    private static final String INSERT =
            "INSERT INTO containers (is_there, evaluation_state, spec_host, releasing_host, status_host, host, holder, phase,"
                    + " spec_generation, status_generation, changed, is_outdated, is_drifted, labels, description, sequence,"
                    + " transition_to, transition_sequence, transition_appended, id, name)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String UPDATE =
            "UPDATE containers SET is_there = ?, evaluation_state = ?, spec_host = ?, releasing_host = ?,"
                    + " status_host = ?, host = ?, holder = ?, phase = ?, spec_generation = ?, status_generation = ?, changed = ?, is_outdated = ?, is_drifted = ?,"
                    + " labels = ?, description = ?, sequence = ?, transition_to = ?, transition_sequence = ?, transition_appended = ?"
                    + " WHERE id = ?";
    private static final String PUT_EVALUATION =
            "INSERT INTO evaluations (id, json) VALUES (?, ?)" + " ON CONFLICT (id) DO UPDATE SET json = excluded.json";
    private static final String PUT_STATUS =
            "INSERT INTO statuses (id, json) VALUES (?, ?)" + " ON CONFLICT (id) DO UPDATE SET json = excluded.json";

    private final PhaseCounts counts;
    /** Of a container that is not in the database yet. */
    private long nextId;

    private boolean isIndexed;

    /**
     * @param counts is kept up to date
     */
    ContainerTable(PhaseCounts counts) {
        this.counts = counts;
    }

    /** Reads what it needs to know of the rows. */
    void open(SqlSession session, boolean isComplete) {
        nextId = session.number("SELECT max(id) FROM containers") + 1;
        isIndexed = isComplete;
        counts.clear();
        session.list(
                        "SELECT holder, phase, count(*) FROM containers WHERE is_there = 1 GROUP BY holder, phase",
                        row -> new PhaseCounts.HolderCount(
                                row.getString(1), Phase.valueOf(row.getString(2)), row.getInt(3)))
                .forEach(counts::add);
    }

    /** From now on the labels are kept up to date with each change. */
    void indexed() {
        isIndexed = true;
    }

    private ContainerRow find(SqlSession session, String name) {
        return session.first(ContainerRow.FIND, ContainerRow::ofText, name)
                .orElseGet(() -> ContainerRow.empty(nextId, name));
    }

    /**
     * The status of a container; null once it is gone.
     */
    RowChange status(SqlSession session, ContainerName name, @Nullable ContainerStatus status, byte[] json) {
        ContainerRow before = find(session, name.value());
        if (status == null) {
            session.update("DELETE FROM statuses WHERE id = ?", before.id());
            return write(
                    session,
                    before,
                    before.with(row -> row.statusHost(null)
                            .phase(Phase.ABSENT)
                            .statusGeneration(null)
                            .changed(0)
                            .isOutdated(false)
                            .sequence(null)));
        }
        session.update(PUT_STATUS, before.id(), json);
        return write(
                session,
                before,
                before.with(row -> row.statusHost(status.host().value())
                        .phase(status.phase())
                        .statusGeneration(
                                status.generation() == null
                                        ? null
                                        : status.generation().value())
                        .changed(status.since().toEpochMilli())
                        .isOutdated(status.outdated())
                        .sequence(status.sequence())));
    }

    /** The evaluation of a container; null once its record is deleted. */
    RowChange evaluation(
            SqlSession session, ContainerName name, @Nullable Evaluation evaluation, byte[] json, Instant appended) {
        ContainerRow before = find(session, name.value());
        if (before.releasingHost() != null) {
            session.update("DELETE FROM removals WHERE container = ?", name.value());
        }
        if (evaluation == null) {
            session.update("DELETE FROM evaluations WHERE id = ?", before.id());
            return write(
                    session,
                    before,
                    before.with(row -> row.evaluationState(null)
                            .specHost(null)
                            .releasingHost(null)
                            .specGeneration(null)
                            .labels(null)
                            .description(null)));
        }
        session.update(PUT_EVALUATION, before.id(), json);
        Evaluation.ReleasingHost releasing = evaluation.releasingHost();
        if (releasing != null) {
            session.update(
                    "INSERT OR REPLACE INTO removals (operation, container, host, appended) VALUES (?, ?, ?, ?)",
                    releasing.operation().value(),
                    name.value(),
                    releasing.host().value(),
                    appended.toEpochMilli());
        }
        var spec = evaluation.spec();
        return write(
                session,
                before,
                before.with(row -> row.evaluationState(evaluation.state())
                        .specHost(spec == null ? null : spec.host().value())
                        .releasingHost(
                                releasing == null ? null : releasing.host().value())
                        .specGeneration(spec == null ? null : spec.generation().value())
                        .labels(labels(spec == null ? declared(evaluation) : spec.labels()))
                        .description(
                                spec == null || spec.description() == null
                                        ? null
                                        : spec.description().toLowerCase(Locale.ROOT))));
    }

    /** The labels of a definition without a spec, as far as they are plain texts. */
    private static SortedMap<String, String> declared(Evaluation evaluation) {
        var labels = new TreeMap<String, String>();
        JsonNode declared =
                evaluation.definition() == null ? null : evaluation.definition().option("labels");
        if (declared != null && declared.isObject()) {
            declared.properties().stream()
                    .filter(label -> label.getValue().isTextual())
                    .forEach(
                            label -> labels.put(label.getKey(), label.getValue().asText()));
        }
        return labels;
    }

    private static @Nullable String labels(SortedMap<String, String> labels) {
        return labels.isEmpty() ? null : Json.text(labels);
    }

    /** A transition of a container. */
    void transition(SqlSession session, FleetEvent.PhaseChanged transition, Instant appended) {
        if (transition.from() == transition.to()) {
            return;
        }
        String name = transition.container().value();
        int updated = session.update(
                "UPDATE containers SET transition_to = ?, transition_sequence = ?, transition_appended = ? WHERE name = ?",
                transition.to().name(),
                transition.sequence(),
                appended.toEpochMilli(),
                name);
        if (updated == 0) {
            ContainerRow none = ContainerRow.empty(nextId, name);
            var _ = write(
                    session,
                    none,
                    none.with(row -> row.transitionTo(transition.to())
                            .transitionSequence(transition.sequence())
                            .transitionAppended(appended.toEpochMilli())));
        }
    }

    private RowChange write(SqlSession session, ContainerRow before, ContainerRow after) {
        var values = new ArrayList<@Nullable Object>(Arrays.asList(
                after.isThere(),
                after.evaluationState() == null ? null : after.evaluationState().name(),
                after.specHost(),
                after.releasingHost(),
                after.statusHost(),
                Objects.requireNonNullElse(after.host(), ""),
                after.holder(),
                after.phase().name(),
                after.specGeneration(),
                after.statusGeneration(),
                after.changed(),
                after.isOutdated(),
                after.isDrifted(),
                after.labels(),
                after.description(),
                after.sequence(),
                after.transitionTo() == null ? null : after.transitionTo().name(),
                after.transitionSequence(),
                after.transitionAppended(),
                after.id()));
        if (before.id() == nextId) {
            nextId++;
            values.add(after.name());
            session.update(INSERT, values.toArray());
        } else {
            session.update(UPDATE, values.toArray());
        }
        if (before.isThere()) {
            counts.remove(before.holder(), before.phase());
        }
        if (after.isThere()) {
            counts.add(after.holder(), after.phase());
        }
        if (isIndexed && !Objects.equals(before.labels(), after.labels())) {
            relabel(session, before, after);
        }
        return new RowChange(before, after);
    }

    private static void relabel(SqlSession session, ContainerRow before, ContainerRow after) {
        if (before.labels() != null) {
            session.update(
                    "DELETE FROM labels WHERE (key, value, name) IN (SELECT key, value, ? FROM json_each(?))",
                    before.name(),
                    before.labels());
        }
        if (after.labels() != null) {
            session.update(
                    "INSERT OR IGNORE INTO labels SELECT key, value, ? FROM json_each(?)",
                    after.name(),
                    after.labels());
        }
    }

    /** Forgets containers that are gone and of which no evaluation is kept. */
    static void expire(SqlSession session, Instant now) {
        session.update(
                "DELETE FROM containers WHERE is_there = 0 AND evaluation_state IS NULL"
                        + " AND coalesce(transition_appended, 0) < ?",
                now.minus(TRANSITION_KEPT).toEpochMilli());
    }
}
