package io.hatchery.gateway.access;

import io.hatchery.protocol.token.Role;
import java.util.Locale;

/**
 * What an operation of the API requires.
 *
 * @param role that the principal has at least
 * @param reach how its scope limits the operation
 */
public record Permission(Role role, Reach reach) {
    /** What an operation reads or changes. */
    public enum Reach {
        /** Containers and what belongs to them: those in scope. Others do not exist for the principal. */
        CONTAINERS,
        /** Hosts: those that the scope names. Others do not exist for the principal. */
        HOSTS,
        /** What belongs to the whole fleet: only for principals whose scope is the whole fleet. */
        FLEET;

        /** The word used in the OpenAPI document. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Why a principal may not do it; empty if it may. */
    public String refusal(ApiPrincipal principal) {
        if (!principal.role().includes(role)) {
            return "it needs the role " + role.word() + ", and " + principal.name() + " has the role "
                    + principal.role().word();
        }
        return reach == Reach.FLEET && !principal.scope().isAll()
                ? "it is about the whole fleet, and the scope of " + principal.name() + " is " + principal.scope()
                : "";
    }
}
