package io.hatchery.gateway.logs;

import io.hatchery.protocol.LogBatch;
import io.hatchery.protocol.LogEntry;
import java.util.LinkedHashMap;
import java.util.Map;

/** Finds entries that a runner has sent twice, since it was killed before it had noted that they were sent. */
final class DuplicateEntries {
    /** How many epochs are remembered; there is one at a time for each source of a host. */
    private static final int MOST_EPOCHS = 1_000;

    private final Map<String, Long> beyond = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_EPOCHS;
        }
    };

    /** Whether an entry is one that was seen before; notes it otherwise. */
    boolean isRepeated(LogBatch batch, LogEntry entry) {
        Long sequence = entry.sequence();
        if (sequence == null) {
            return false;
        }
        String key = batch.host() + "/" + batch.source().word() + "/" + batch.epoch();
        Long last = beyond.get(key);
        if (last != null && sequence <= last) {
            return true;
        }
        beyond.put(key, sequence);
        return false;
    }
}
