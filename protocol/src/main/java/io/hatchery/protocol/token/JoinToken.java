package io.hatchery.protocol.token;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A token with which a machine joins the fleet as a host, as it is stored: its secret is not in it.
 *
 * @param host the name that the machine gets
 * @param hash of the proof that the machine shows, as {@link AccessToken#hash} makes it
 * @param sealed the files for the host, encrypted so that only the holder of the secret can read them, in base64; null once it is used
 * @param created when
 * @param expires from when on it is refused
 * @param usedBy the request that used it; null as long as it can be used
 */
public record JoinToken(
        HostName host,
        String hash,
        @Nullable String sealed,
        Instant created,
        Instant expires,
        @Nullable String usedBy) {
    /** The most characters of the encrypted files. */
    public static final int MAX_SEALED = 128 << 10;

    private static final String KEY = "join/";

    /**
     * @throws IllegalArgumentException if the files are larger than {@link #MAX_SEALED}
     */
    public JoinToken {
        if (sealed != null && sealed.length() > MAX_SEALED) {
            throw new IllegalArgumentException(
                    "the files of the join token of host " + host + " have more than " + MAX_SEALED + " characters");
        }
    }

    /** The key of the record of the join token of that host. */
    public static String key(HostName host) {
        return KEY + host;
    }

    /**
     * The host of a record with that key; empty if the record is of something else.
     *
     * @throws IllegalArgumentException if the name in the key is not valid
     */
    public static Optional<HostName> hostOf(String key) {
        return key.startsWith(KEY) ? Optional.of(new HostName(key.substring(KEY.length()))) : Optional.empty();
    }

    /** This token after a request has used it. */
    public JoinToken usedBy(String request) {
        return new JoinToken(host, hash, null, created, expires, request);
    }

    /** Why it cannot be used at that time; empty if it can. */
    @JsonIgnore
    public Optional<String> refusal(Instant now) {
        if (usedBy != null) {
            return Optional.of("it was used already");
        }
        return now.isBefore(expires) ? Optional.empty() : Optional.of("it expired at " + expires);
    }
}
