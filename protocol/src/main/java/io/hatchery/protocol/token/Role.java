package io.hatchery.protocol.token;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What a principal of the API may do within its {@link Scope}. Each role includes those before it. */
public enum Role {
    /** Reads the fleet, without the values of environment variables. */
    @JsonProperty("viewer")
    VIEWER,
    /** Also defines, commands and deletes containers and profiles, and reads the values of environment variables. */
    @JsonProperty("operator")
    OPERATOR,
    /** Also creates, lists and revokes tokens, and reads the audit trail. */
    @JsonProperty("admin")
    ADMIN;

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this role has all rights of another. */
    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }
}
