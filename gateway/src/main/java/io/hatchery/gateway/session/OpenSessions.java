package io.hatchery.gateway.session;

import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.protocol.CommandId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The sessions of a gateway, bounded in number. All calls come on one context. */
public final class OpenSessions {
    /** How many sessions there are at a time: each has two websockets with {@link SessionRelay#QUEUE} bytes. */
    public static final int MAX_SESSIONS = 256;

    private final Map<CommandId, UserSession> sessions = new HashMap<>();
    private int admitted;

    private record UserSession(ApiPrincipal principal, SessionRelay relay) {}

    /** None is open. */
    public OpenSessions() {}

    /** Takes a place, until {@link #leave}; false if there is none. */
    public boolean admit() {
        if (admitted >= MAX_SESSIONS) {
            return false;
        }
        admitted++;
        return true;
    }

    /** Gives a place back. */
    public void leave(CommandId id) {
        admitted--;
        sessions.remove(id);
    }

    /** A session is open for that principal. */
    public void opened(CommandId id, ApiPrincipal principal, SessionRelay relay) {
        sessions.put(id, new UserSession(principal, relay));
    }

    /** Ends the sessions of principals whose rights have changed or ended. */
    public void reauthorize(Predicate<ApiPrincipal> isValid) {
        List.copyOf(sessions.values()).stream()
                .filter(session -> !isValid.test(session.principal))
                .forEach(session ->
                        session.relay.end("the token was revoked, has changed or has expired: use a valid one"));
    }

    /** How many have a place. */
    public int count() {
        return admitted;
    }

    /** Ends all of them. */
    public void drain() {
        List.copyOf(sessions.values())
                .forEach(session -> session.relay.end("the gateway is ending: open the session again"));
    }
}
