package io.hatchery.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where on the events' topic the search for what an earlier runner told begins, for containers of which nothing is known to have
 * been told. Offsets, not times: clocks are set, and differ.
 */
public final class AcknowledgedOffsets {
    private static final String FILE = "events-from.json";

    private final Disk disk;

    /**
     * @param disk the runner's data folder
     */
    public AcknowledgedOffsets(Disk disk) {
        this.disk = disk;
    }

    /** By partition, the first offset to look at; empty if that is not known, so that all must be. */
    public Map<Integer, Long> read() throws IOException {
        Optional<byte[]> bytes = disk.read(FILE);
        var from = new TreeMap<Integer, Long>();
        if (bytes.isPresent()) {
            try {
                JsonNode offsets = Json.read(bytes.get(), JsonNode.class);
                offsets.properties()
                        .forEach(offset -> from.put(
                                Integer.valueOf(offset.getKey()),
                                offset.getValue().asLong()));
            } catch (UnreadableException | NumberFormatException e) {
                from.clear();
                DamagedFile.setAside(
                        disk,
                        FILE,
                        bytes.get(),
                        String.valueOf(e.getMessage()),
                        "Events that are not acknowledged are looked for from the start of the topic");
            }
        }
        return from;
    }

    /** Notes that nothing told lies before these offsets but what journals know of. */
    public void write(Map<Integer, Long> from) throws IOException {
        disk.replace(FILE, Json.bytes(from));
    }
}
