package io.hatchery.acceptance.resilience;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the topics say, read by kcat. */
final class ChaosInvariants {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Installation installation;

    /** A record; {@code value} is null if it is a deletion or no JSON. */
    record Written(String key, String id, JsonNode value) {}

    ChaosInvariants(Installation installation) {
        this.installation = installation;
    }

    /** All records of a topic, in order within each partition. */
    List<Written> read(String topic) {
        ProcessResult ran = installation
                .kcat(new byte[0], "-C", "-e", "-t", topic, "-o", "beginning", "-J")
                .orFail();
        var records = new ArrayList<Written>();
        for (String line : ran.out().split("\n")) {
            if (!line.isBlank()) {
                records.add(written(line));
            }
        }
        return records;
    }

    private static Written written(String line) {
        try {
            JsonNode record = JSON.readTree(line);
            String id = record.path("topic").asText() + "/"
                    + record.path("partition").asText() + "/"
                    + record.path("offset").asText();
            JsonNode headers = record.path("headers");
            for (int i = 0; i + 1 < headers.size(); i += 2) {
                if (headers.get(i).asText().equals("ce_id")) {
                    id = headers.get(i + 1).asText();
                }
            }
            JsonNode payload = record.path("payload");
            JsonNode value = payload.isTextual() ? JSON.readTree(payload.asText()) : JSON.nullNode();
            return new Written(record.path("key").asText(), id, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many outcomes each command has. */
    Map<String, Integer> outcomes() {
        var outcomes = new HashMap<String, Integer>();
        for (Written written : read("hatchery.events")) {
            if (written.value.path("type").asText().equals("outcome")) {
                outcomes.merge(written.value.path("id").asText(), 1, Integer::sum);
            }
        }
        return outcomes;
    }

    /** The last record of each key. */
    Map<String, JsonNode> latest(String topic) {
        var latest = new TreeMap<String, JsonNode>();
        read(topic).forEach(written -> latest.put(written.key, written.value));
        return latest;
    }

    /** By container, what it was last asked to do: the order of the topic is the order that counts. */
    Map<String, String> lastVerbs() {
        var verbs = new TreeMap<String, String>();
        var seen = new HashSet<String>();
        for (Written written : read("hatchery.host." + Installation.HOST + ".commands")) {
            if (seen.add(written.id)) {
                verbs.put(
                        written.value.path("container").asText(),
                        written.value.path("command").asText());
            }
        }
        return verbs;
    }
}
