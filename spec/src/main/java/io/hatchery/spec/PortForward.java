package io.hatchery.spec;

/**
 * A port of the host that is forwarded to the container ({@code --port=} of systemd-nspawn(1)).
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 */
public record PortForward(String protocol, int hostPort, int containerPort) {}
