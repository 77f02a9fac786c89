package io.hatchery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The verb of a command. */
public enum Verb {
    /** Make it run; nothing to do if it runs. */
    @JsonProperty("start")
    START,
    /** End it gracefully, in full order of escalation; nothing to do if it does not run. */
    @JsonProperty("stop")
    STOP,
    /** Stop it if it runs, then start it. */
    @JsonProperty("restart")
    RESTART,
    /** End every process of it at once. */
    @JsonProperty("kill")
    KILL,
    /** Stop the container and remove what Hatchery created for it. Requested by the tombstone of a spec, never by a command. */
    @JsonProperty("remove")
    REMOVE,
    /** Open a session inside it. The lifecycle of the container does not change. */
    @JsonProperty("session")
    SESSION;

    /** Whether a user sends it as it is: neither the removal, nor a session, which a gateway asks for. */
    public boolean isCommand() {
        return switch (this) {
            case START, STOP, RESTART, KILL -> true;
            case REMOVE, SESSION -> false;
        };
    }

    /** The verbs that users send. */
    public static List<Verb> commands() {
        return Arrays.stream(values()).filter(Verb::isCommand).toList();
    }

    /** The word used in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
