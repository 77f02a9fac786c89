package io.hatchery.protocol.token;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A token of the API as it is stored: its secret is not in it.
 *
 * @param hash of the secret, as {@link #hash} makes it: 64 hexadecimal digits
 * @param created when
 * @param createdBy the principal that created it; null if unknown
 * @param expires from when on it is refused; null if it does not expire
 */
public record AccessToken(
        TokenName name,
        Role role,
        Scope scope,
        String hash,
        Instant created,
        @Nullable String createdBy,
        @Nullable Instant expires) {
    private static final String KEY = "token/";
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /**
     * @throws IllegalArgumentException if the hash is none
     */
    public AccessToken {
        if (!HASH.matcher(hash).matches()) {
            throw new IllegalArgumentException("the hash of token " + name + " is not 64 hexadecimal digits");
        }
    }

    /** The key of the record of the token of that name. */
    public static String key(TokenName name) {
        return KEY + name;
    }

    /**
     * The token of a record with that key; empty if the record is of something else.
     *
     * @throws IllegalArgumentException if the name in the key is not valid
     */
    public static Optional<TokenName> nameOf(String key) {
        return key.startsWith(KEY) ? Optional.of(new TokenName(key.substring(KEY.length()))) : Optional.empty();
    }

    /** The SHA-256 of a secret. One round is enough, since a secret has 256 random bits. */
    public static String hash(String secret) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether it is refused at that time. */
    @JsonIgnore
    public boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }
}
