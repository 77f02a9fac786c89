package io.hatchery.gateway.session;

import io.hatchery.protocol.CommandId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The sessions of a gateway, bounded in number. All calls come on one context. */
public final class OpenSessions {
    /** How many sessions there are at a time: each has two websockets with {@link SessionRelay#QUEUE} bytes. */
    public static final int MAX_SESSIONS = 256;

    private final Map<CommandId, SessionRelay> relays = new HashMap<>();
    private int admitted;

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
        relays.remove(id);
    }

    /** A session is open. */
    public void opened(CommandId id, SessionRelay relay) {
        relays.put(id, relay);
    }

    /** How many have a place. */
    public int count() {
        return admitted;
    }

    /** Ends all of them. */
    public void drain() {
        List.copyOf(relays.values()).forEach(relay -> relay.end("the gateway is ending: open the session again"));
    }
}
