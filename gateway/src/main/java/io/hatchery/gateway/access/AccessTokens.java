package io.hatchery.gateway.access;

import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.TokenName;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The tokens as folded from their topic. One thread changes them, any thread reads them. */
public final class AccessTokens {
    /** How many tokens there may be, with those that have expired. */
    public static final int MAX_TOKENS = 10_000;

    private final NavigableMap<TokenName, AccessToken> byName = new ConcurrentSkipListMap<>();
    private final Map<String, AccessToken> byHash = new ConcurrentHashMap<>();
    private final JoinTokens joins = new JoinTokens();
    private volatile long next;

    /**
     * A record was read.
     *
     * @param token null once it is revoked
     * @param offset of the record
     * @return false if there are {@link #MAX_TOKENS} already, and this one is not taken in
     */
    public boolean put(TokenName name, @Nullable AccessToken token, long offset) {
        AccessToken before = byName.get(name);
        boolean isTaken = token == null || before != null || byName.size() < MAX_TOKENS;
        // Revoked before it is replaced: no secret works for longer than its record.
        if (before != null) {
            byHash.remove(before.hash());
            byName.remove(name);
        }
        if (token != null && isTaken) {
            byName.put(name, token);
            byHash.put(token.hash(), token);
        }
        next = offset + 1;
        return isTaken;
    }

    /** Forgets everything: the topic is read from its start. */
    public void clear() {
        byHash.clear();
        byName.clear();
        joins.clear();
        next = 0;
    }

    /** The tokens with which machines join. */
    public JoinTokens joins() {
        return joins;
    }

    /** Whether the record at that offset has been read. */
    public boolean hasRead(long offset) {
        return next > offset;
    }

    /** The token of that name, also if it has expired. */
    public Optional<AccessToken> find(TokenName name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The token whose secret has that hash, also if it has expired. */
    Optional<AccessToken> ofHash(String hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    /** Those with a later name, in order; all for null. */
    public Collection<AccessToken> after(@Nullable TokenName name) {
        return (name == null ? byName : byName.tailMap(name, false)).values();
    }

    /** How many there are. */
    public int size() {
        return byName.size();
    }
}
