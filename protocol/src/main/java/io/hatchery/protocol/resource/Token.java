package io.hatchery.protocol.resource;

import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.Role;
import io.hatchery.protocol.token.Scope;
import io.hatchery.protocol.token.TokenName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token of the API.
 *
 * @param created when
 * @param createdBy the principal that created it; null if unknown
 * @param expires from when on it is refused; null if it does not expire
 * @param secret what its holder sends; null but in the answer to its creation
 */
public record Token(
        TokenName name,
        Role role,
        Scope scope,
        Instant created,
        @Nullable String createdBy,
        @Nullable Instant expires,
        @Nullable String secret) {
    /** A token without its secret. */
    public static Token of(AccessToken token) {
        return withSecret(token, null);
    }

    /** A token that was just created, with its secret. */
    public static Token withSecret(AccessToken token, @Nullable String secret) {
        return new Token(
                token.name(), token.role(), token.scope(), token.created(), token.createdBy(), token.expires(), secret);
    }
}
