package io.hatchery.protocol;

import io.hatchery.spec.HostName;

/** The names of consumer groups and transactional ids. */
public final class Groups {
    /** The group of all config-services. */
    public static final String CONFIG = "hatchery-config";

    private Groups() {}

    /** What the transactional id of a member of a group begins with; the member's name follows. */
    public static String transactionalIdPrefix(String group) {
        return group + "-";
    }

    /** The group with which the runner of a host keeps its position in the host's commands. */
    public static String ofRunner(HostName host) {
        return "hatchery-runner-" + host;
    }
}
