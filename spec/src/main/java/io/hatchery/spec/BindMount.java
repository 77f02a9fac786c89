package io.hatchery.spec;

/**
 * A host path that is seen inside a container ({@code --bind=}, {@code --bind-ro=} of systemd-nspawn(1)).
 *
 * @param mountPoint absolute path in the container
 * @param hostPath absolute path on the host
 * @param isReadOnly whether the container cannot write through it
 */
public record BindMount(String mountPoint, String hostPath, boolean isReadOnly) {}
