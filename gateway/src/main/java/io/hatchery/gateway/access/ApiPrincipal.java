package io.hatchery.gateway.access;

import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.Scope;

/**
 * Who sends a request.
 *
 * @param name as operations and definitions show it, such as {@code token/ci}
 * @param credential the hash of the secret that was shown
 */
public record ApiPrincipal(String name, Role role, Scope scope, String credential) {
    /** The gateway itself, for what it reads without a request: sees everything. */
    public static final ApiPrincipal GATEWAY = new ApiPrincipal("gateway", Role.ADMIN, Scope.ALL, "");

    private static final String ADMINISTRATOR = "admin";

    /** The holder of the gateway's own token. */
    static ApiPrincipal administrator(String credential) {
        return new ApiPrincipal(ADMINISTRATOR, Role.ADMIN, Scope.ALL, credential);
    }

    /** The holder of a token. */
    static ApiPrincipal of(AccessToken token) {
        // A prefix, so that no token has the name of an administrator or of a service.
        return new ApiPrincipal(AccessToken.key(token.name()), token.role(), token.scope(), token.hash());
    }

    /** Whether the values of environment variables are hidden from it. */
    public boolean isViewer() {
        return role == Role.VIEWER;
    }
}
