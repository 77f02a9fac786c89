package io.hatchery.protocol;

import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of the log of a container.
 *
 * @param container whose log it is
 * @param host on which the container ran
 * @param source where the line comes from
 * @param at when it was logged; of a console, when it was read, which is within a second while the runner runs
 * @param text without its line end
 * @param unit the unit inside the container that logged it; null for a console
 * @param priority of syslog(3), 0 (emerg) to 7 (debug); null for a console
 * @param identifier the name of the program that logged it; null if it gave none
 * @param pid the process inside the container that logged it; null for a console
 * @param cut how many bytes of a line that is too long were left out at its end; null if none
 * @param dropped this is a notice: at least so many lines were dropped here; null for a line
 * @param cursor the parameter {@code after} of a request that goes on after this line
 */
@RecordBuilder
public record LogLine(
        ContainerName container,
        HostName host,
        LogSource source,
        Instant at,
        String text,
        @Nullable String unit,
        @Nullable Integer priority,
        @Nullable String identifier,
        @Nullable Long pid,
        @Nullable Long cut,
        @Nullable Long dropped,
        String cursor) {
    /** An entry of a batch. */
    public static LogLine of(LogBatch batch, LogEntry entry, String cursor) {
        return LogLineBuilder.builder()
                .container(batch.container())
                .host(batch.host())
                .source(batch.source())
                .at(entry.at())
                .text(entry.text())
                .unit(entry.unit())
                .priority(entry.priority())
                .identifier(entry.identifier())
                .pid(entry.pid())
                .cut(entry.cut())
                .dropped(entry.dropped())
                .cursor(cursor)
                .build();
    }
}
