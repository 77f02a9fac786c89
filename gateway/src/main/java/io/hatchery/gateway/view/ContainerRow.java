package io.hatchery.gateway.view;

import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Phase;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What queries need of a container, as a row of the database.
 *
 * @param id the key of its evaluation and its status
 * @param evaluationState null if there is no evaluation
 * @param specHost the host of the spec; null if there is no spec
 * @param releasingHost the host that must release it; null if none must
 * @param statusHost the host that published the status; null if there is no status
 * @param phase the published phase; {@code absent} if there is no status
 * @param changed when it entered the phase, in milliseconds since 1970; 0 if there is no status
 * @param isOutdated whether the status says that a newer spec waits for a restart
 * @param labels the labels of the spec as a JSON object; null if there are none
 * @param description of the spec in lower case, for searches; null if there is none
 * @param sequence the number of the newest event that the status includes; null if it has none
 * @param transitionTo the phase of the last transition; null if none was read
 * @param transitionAppended when the broker appended that transition, in milliseconds
 */
@RecordBuilder
record ContainerRow(
        long id,
        String name,
        Evaluation.@Nullable State evaluationState,
        @Nullable String specHost,
        @Nullable String releasingHost,
        @Nullable String statusHost,
        Phase phase,
        @Nullable Long specGeneration,
        @Nullable Long statusGeneration,
        long changed,
        boolean isOutdated,
        @Nullable String labels,
        @Nullable String description,
        @Nullable Long sequence,
        @Nullable Phase transitionTo,
        @Nullable Long transitionSequence,
        @Nullable Long transitionAppended)
        implements ContainerRowBuilder.With {
    static final String COLUMNS =
            "id, name, evaluation_state, spec_host, releasing_host, status_host, phase, spec_generation,"
                    + " status_generation, changed, is_outdated, labels, sequence, transition_to, transition_sequence,"
                    + " transition_appended, description";

    /** The number of columns. */
    static final int WIDTH = 17;

    /** Is in no column but the last. */
    private static final String SEPARATOR = "\u001f";

    /** Finds a row with all columns in one text: with SQLite's driver, each column costs a tenth of what finding the row costs. */
    static final String FIND = "SELECT "
            + Arrays.stream(COLUMNS.split(", "))
                    .map(column -> "coalesce(" + column + ", '')")
                    .collect(Collectors.joining(" || char(31) || "))
            + " FROM containers WHERE name = ?";

    /** A container of which nothing is known. */
    static ContainerRow empty(long id, String name) {
        return ContainerRowBuilder.builder()
                .id(id)
                .name(name)
                .phase(Phase.ABSENT)
                .build();
    }

    static ContainerRow of(ResultSet row) throws SQLException {
        String state = row.getString(3);
        String to = row.getString(14);
        return ContainerRowBuilder.builder()
                .id(row.getLong(1))
                .name(row.getString(2))
                .evaluationState(state == null ? null : Evaluation.State.valueOf(state))
                .specHost(row.getString(4))
                .releasingHost(row.getString(5))
                .statusHost(row.getString(6))
                .phase(Phase.valueOf(row.getString(7)))
                .specGeneration(number(row, 8))
                .statusGeneration(number(row, 9))
                .changed(row.getLong(10))
                .isOutdated(row.getInt(11) != 0)
                .labels(row.getString(12))
                .sequence(number(row, 13))
                .transitionTo(to == null ? null : Phase.valueOf(to))
                .transitionSequence(number(row, 15))
                .transitionAppended(number(row, 16))
                .description(row.getString(17))
                .build();
    }

    /** Reads a row of {@link #FIND}. */
    static ContainerRow ofText(ResultSet row) throws SQLException {
        String[] parts = row.getString(1).split(SEPARATOR, WIDTH);
        return ContainerRowBuilder.builder()
                .id(Long.parseLong(parts[0]))
                .name(parts[1])
                .evaluationState(parts[2].isEmpty() ? null : Evaluation.State.valueOf(parts[2]))
                .specHost(text(parts[3]))
                .releasingHost(text(parts[4]))
                .statusHost(text(parts[5]))
                .phase(Phase.valueOf(parts[6]))
                .specGeneration(number(parts[7]))
                .statusGeneration(number(parts[8]))
                .changed(Long.parseLong(parts[9]))
                .isOutdated(!parts[10].equals("0"))
                .labels(text(parts[11]))
                .sequence(number(parts[12]))
                .transitionTo(parts[13].isEmpty() ? null : Phase.valueOf(parts[13]))
                .transitionSequence(number(parts[14]))
                .transitionAppended(number(parts[15]))
                .description(text(parts[16]))
                .build();
    }

    private static @Nullable String text(String part) {
        return part.isEmpty() ? null : part;
    }

    private static @Nullable Long number(String part) {
        return part.isEmpty() ? null : (Long) Long.parseLong(part);
    }

    private static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /** Whether the fleet has it: it is defined, or its host still has it. */
    boolean isThere() {
        return evaluationState != null && evaluationState != Evaluation.State.DELETED || statusHost != null;
    }

    /** The host that has it, or to which it belongs; null if there is none. */
    @Nullable
    String host() {
        return specHost == null ? statusHost : specHost;
    }

    /** The host whose reports on it count: the releasing host, until it has released it. */
    @Nullable
    String holder() {
        return releasingHost == null ? host() : releasingHost;
    }

    /** Whether it runs, or would start, from another spec than the one in force. */
    boolean isDrifted() {
        return isOutdated
                || specGeneration != null
                        && statusGeneration != null
                        && !Objects.equals(specGeneration, statusGeneration);
    }

    /**
     * Whether the status is as new as the transitions that were read. They come on different topics, so a command's outcome may be
     * read before the status that it led to. The runner's numbers decide, because its times need not agree.
     */
    boolean isSettled() {
        if (transitionTo == null) {
            return true;
        }
        if (statusHost == null) {
            return transitionTo == Phase.ABSENT;
        }
        return sequence == null || transitionSequence == null ? phase == transitionTo : sequence >= transitionSequence;
    }
}
