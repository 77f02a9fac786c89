package io.hatchery.spec;

/**
 * A device that a container may use ({@code DeviceAllow=} of systemd.resource-control(5)).
 *
 * @param node its path, or {@code char-} or {@code block-} with the name of a group
 * @param modifier some of {@code r}, {@code w} and {@code m}
 */
public record Device(String node, String modifier) {}
