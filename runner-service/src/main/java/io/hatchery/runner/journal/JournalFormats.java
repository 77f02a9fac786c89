package io.hatchery.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Upgrades the JSON of journals that earlier runners wrote, one format at a time, to {@link Journal#VERSION}. */
final class JournalFormats {
    private JournalFormats() {}

    /**
     * Upgrades a journal in place.
     *
     * @param version its format, from 1 to {@link Journal#VERSION}
     */
    static void upgrade(ObjectNode journal, int version) {
        if (version <= 1) {
            upgradeFrom1(journal);
        }
        if (version <= 2) {
            upgradeFrom2(journal);
        }
        if (version <= 3) {
            upgradeFrom3(journal);
        }
        journal.put("version", Journal.VERSION);
    }

    /** Format 1 does not record whether the topic has a status. */
    private static void upgradeFrom1(ObjectNode journal) {
        journal.put("shown", true);
    }

    /** Format 2 has the timeout of a start whose processes are spawned, but not whether they are. */
    private static void upgradeFrom2(ObjectNode journal) {
        if (journal.path("state").path("life") instanceof ObjectNode life && isOfType(life, "starting")) {
            life.put("spawned", life.hasNonNull("due"));
        }
    }

    /** Format 3 has other names, and the state and the journal are flat. */
    private static void upgradeFrom3(ObjectNode journal) {
        if (journal.path("state") instanceof ObjectNode state) {
            upgradeState(state);
        }
        for (JsonNode pending : journal.path("outbox")) {
            if (pending.path("event") instanceof ObjectNode event) {
                rename(event, "by", "requestedBy");
                upgradeInitiator(event);
            }
        }
        rename(journal, "events", "lastSequence");
        rename(journal, "told", "acknowledged");
        rename(journal, "outbox", "pending");
        rename(journal, "shown", "exists");
        rename(journal, "removed", "tombstoneConfirms");
        nest(journal, "outbox", "lastSequence", "acknowledged", "pending");
        nest(journal, "status", "exists", "tombstoneConfirms");
    }

    private static void upgradeState(ObjectNode state) {
        if (state.path("life") instanceof ObjectNode life) {
            upgradeLifecycle(life);
        }
        for (JsonNode job : state.path("jobs")) {
            if (job instanceof ObjectNode operation) {
                rename(operation, "by", "requestedBy");
                rename(operation, "begun", "inProgress");
                nest(operation, "request", "id", "verb", "requestedBy", "submitted", "generation", "deadline");
            }
        }
        if (state.remove("past") instanceof ObjectNode past) {
            move(past, "begun", state, "spawnedGeneration");
            move(past, "ready", state, "readyGeneration");
        }
        upgradeInitiator(state);
        rename(state, "life", "lifecycle");
        rename(state, "jobs", "operations");
        rename(state, "wanted", "desiredRunning");
        rename(state, "relaunch", "restartPending");
        nest(state, "intent", "spec", "desiredRunning", "restartPending", "removal");
        nest(state, "current", "lifecycle", "since", "runs");
        nest(state, "history", "restarts", "exit", "reason", "initiator", "spawnedGeneration", "readyGeneration");
    }

    private static void upgradeLifecycle(ObjectNode life) {
        switch (life.path("type").asText()) {
            case "resting" -> life.put("type", "inactive");
            case "ending" -> {
                life.put("type", "cleaningUp");
                if (life.path("cause") instanceof ObjectNode cause) {
                    upgradeCause(cause);
                }
            }
            case "stopping" -> {
                rename(life, "before", "previous");
                JsonNode failure = life.remove("failure");
                JsonNode automatic = life.remove("automatic");
                if (failure != null && failure.isTextual()) {
                    life.putObject("failure")
                            .put("type", "startFailed")
                            .put("reason", failure.asText())
                            .put("automatic", automatic != null && automatic.asBoolean());
                }
            }
            default -> rename(life, "stopAsked", "stopRequested");
        }
    }

    private static void upgradeCause(ObjectNode cause) {
        rename(cause, "by", "stoppedBy");
        rename(cause, "said", "lastOutput");
        if (isOfType(cause, "asked")) {
            cause.put("type", "requested");
        } else if (isOfType(cause, "unasked")) {
            cause.put("type", "unexpected");
        }
    }

    private static void upgradeInitiator(ObjectNode node) {
        if (node.hasNonNull("via")) {
            node.put("initiator", "host"); // the only value of "via" is "systemd"
        }
        node.remove("via");
    }

    private static boolean isOfType(ObjectNode node, String type) {
        return type.equals(node.path("type").asText());
    }

    private static void rename(ObjectNode node, String before, String after) {
        move(node, before, node, after);
    }

    private static void move(ObjectNode from, String before, ObjectNode to, String after) {
        JsonNode value = from.remove(before);
        if (value != null) {
            to.set(after, value);
        }
    }

    private static void nest(ObjectNode node, String name, String... fields) {
        ObjectNode nested = node.objectNode();
        for (String field : fields) {
            move(node, field, nested, field);
        }
        node.set(name, nested);
    }
}
