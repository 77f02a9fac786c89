package io.hatchery.protocol;

import java.util.Locale;

/** What the message authentication codes of a topic's records show. Each purpose has keys of its own. */
public enum Authentication {
    /** Records have no code: Kafka's ACLs alone decide who writes them. */
    NONE,
    /** The spec of one host, or its removal, by config-service. */
    SPEC,
    /** A command for one host, by a gateway. Operators publish commands without a code. */
    COMMAND,
    /** What a host reports, by its runner, or what the control plane reports. */
    REPORT;

    /** The purpose in names of keys. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
