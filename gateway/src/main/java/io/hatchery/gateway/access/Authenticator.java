package io.hatchery.gateway.access;

import io.hatchery.protocol.token.AccessToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;

/** Finds the principal of a request by the secret in it. Thread-safe. */
public final class Authenticator {
    private final String administrator;
    private final AccessTokens tokens;
    private final Clock clock;

    /**
     * @param secret the gateway's own token, whose holder is an administrator
     * @param tokens those that were created at the API
     */
    public Authenticator(String secret, AccessTokens tokens, Clock clock) {
        this.administrator = AccessToken.hash(secret);
        this.tokens = tokens;
        this.clock = clock;
    }

    /** The holder of a secret; empty if it is none, or its token has expired. */
    public Optional<ApiPrincipal> find(String secret) {
        return ofCredential(AccessToken.hash(secret));
    }

    private Optional<ApiPrincipal> ofCredential(String hash) {
        // Of a hash nothing can be learned by the time that the comparison takes.
        return isAdministrator(hash)
                ? Optional.of(ApiPrincipal.administrator(administrator))
                : tokens.ofHash(hash)
                        .filter(token -> !token.isExpired(clock.instant()))
                        .map(ApiPrincipal::of);
    }

    private boolean isAdministrator(String hash) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), administrator.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether what was found still holds: the token was neither revoked nor changed, and has not expired. */
    public boolean isValid(ApiPrincipal principal) {
        return ofCredential(principal.credential()).filter(principal::equals).isPresent();
    }
}
