package io.hatchery.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The offsets of the events topic from which a runner searches for the unacknowledged events of an earlier one, for containers whose
 * journal has no acknowledged position. Offsets rather than times, since clocks are set, and differ.
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

    /** The first offset to search, by partition; empty if unknown, so that the search begins at the start of the topic. */
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
                        "Unacknowledged events are searched for from the start of the topic");
            }
        }
        return from;
    }

    /** Records that all unacknowledged events lie at these offsets or later, but for those that journals have a position of. */
    public void write(Map<Integer, Long> from) throws IOException {
        disk.replace(FILE, Json.bytes(from));
    }
}
