package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The source of a change of a container that neither a command nor a definition requested. */
public enum Initiator {
    /** A user or program on the container's host: {@code systemctl}, {@code machinectl} or the host's own shutdown. */
    @JsonProperty("host")
    HOST
}
