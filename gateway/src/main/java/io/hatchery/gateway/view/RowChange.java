package io.hatchery.gateway.view;

/** A container's row before and after a record was folded. */
public record RowChange(ContainerRow before, ContainerRow after) {}
