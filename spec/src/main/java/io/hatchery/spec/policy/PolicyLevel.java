package io.hatchery.spec.policy;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How much a host's policy allows, after the Pod Security Standards of Kubernetes. */
public enum PolicyLevel {
    /** Everything that a definition can say. */
    @JsonProperty("privileged")
    PRIVILEGED,
    /** What most containers need; nothing that is known to reach the host. */
    @JsonProperty("baseline")
    BASELINE,
    /** Only containers that share nothing with the host. */
    @JsonProperty("restricted")
    RESTRICTED;

    /** As it is written. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
