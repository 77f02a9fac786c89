package io.hatchery.gateway.view;

import io.hatchery.protocol.CommandId;
import org.jspecify.annotations.Nullable;

/**
 * What a record changed.
 *
 * @param change what the record itself says; null if it is nothing for clients of the stream
 * @param rows the container's row; null if none was replaced
 * @param operation that began, went on or ended; null if none
 */
public record AppliedRecord(
        @Nullable StreamChange change,
        @Nullable RowChange rows,
        @Nullable CommandId operation) {}
