package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** By what other way than the fleet's own something was done to a container. */
public enum Via {
    /** By someone on its host, through systemd: {@code systemctl}, {@code machinectl} or the host's own shutdown. */
    @JsonProperty("systemd")
    SYSTEMD
}
