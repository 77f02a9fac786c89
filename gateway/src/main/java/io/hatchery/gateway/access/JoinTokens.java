package io.hatchery.gateway.access;

import io.hatchery.protocol.token.JoinToken;
import io.hatchery.spec.HostName;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The join tokens as folded from their topic. One thread changes them, any thread reads them. */
public final class JoinTokens {
    /** How many there may be: one for each host. */
    public static final int MAX_TOKENS = 20_000;

    private final Map<HostName, JoinToken> byHost = new ConcurrentHashMap<>();
    private volatile long next;

    /**
     * A record was read. Of the requests that use a token, the one whose record comes first has used it.
     *
     * @param token null once it is deleted
     * @param offset of the record
     * @return false if there are {@link #MAX_TOKENS} already, and this one is not taken in
     */
    public boolean put(HostName host, @Nullable JoinToken token, long offset) {
        boolean isTaken = put(host, token);
        next = offset + 1;
        return isTaken;
    }

    private boolean put(HostName host, @Nullable JoinToken token) {
        JoinToken before = byHost.get(host);
        if (token == null) {
            byHost.remove(host);
            return true;
        }
        // The use of a token that was replaced or used meanwhile changes nothing.
        boolean isLate = before != null
                && token.usedBy() != null
                && (before.usedBy() != null || !before.hash().equals(token.hash()));
        if (isLate) {
            return true;
        }
        if (before == null && byHost.size() >= MAX_TOKENS) {
            return false;
        }
        byHost.put(host, token);
        return true;
    }

    /** Forgets everything: the topic is read from its start. */
    public void clear() {
        byHost.clear();
        next = 0;
    }

    /** Whether the record at that offset has been read. */
    public boolean hasRead(long offset) {
        return next > offset;
    }

    /** The last token of a host, also if it was used or has expired. */
    public Optional<JoinToken> find(HostName host) {
        return Optional.ofNullable(byHost.get(host));
    }
}
