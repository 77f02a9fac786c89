package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks the chains of the audit trail from the newest entry to the oldest. The front of a chain may be missing, since old entries expire,
 * and so may its end, which no later entry names. Pure.
 */
final class AuditCheck {
    /** How many problems are kept. */
    private static final int MAX_PROBLEMS = 1000;

    private final Map<String, Link> next = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private long entries;

    /** What the entry after says of the one before. */
    private record Link(long sequence, String hash) {}

    /** Takes the item before those that were taken. */
    void older(JsonNode item) {
        entries++;
        JsonNode entry = item.path("entry");
        String place = "record " + item.path("offset").asText();
        if (!entry.isObject()) {
            problem(place + " is not an entry of a gateway");
            return;
        }
        String gateway = entry.path("gateway").asText();
        long sequence = entry.path("sequence").asLong();
        Link link = next.get(gateway);
        if (link != null && sequence != link.sequence) {
            problem(place + " is entry " + sequence + " of gateway " + gateway + ", and entry " + link.sequence
                    + " is expected: entries are missing or were added");
        } else if (link != null && !item.path("hash").asText().equals(link.hash)) {
            problem(place + ", entry " + sequence + " of gateway " + gateway + ", was changed");
        }
        next.put(gateway, new Link(sequence - 1, entry.path("previous").asText()));
    }

    private void problem(String words) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(words);
        }
    }

    /** What is wrong. */
    List<String> problems() {
        return problems;
    }

    /** How many entries were checked. */
    long entries() {
        return entries;
    }
}
