package io.hatchery.runner.lifecycle;

/**
 * What a removed spec leaves to remove.
 *
 * @param root path of the container's root
 * @param purge whether the root is removed too
 */
public record Removal(String root, boolean purge) {}
