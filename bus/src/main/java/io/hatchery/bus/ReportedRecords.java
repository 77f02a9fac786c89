package io.hatchery.bus;

import io.hatchery.protocol.Headers;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The records that a reader has sent to the dead letters already. A reader that folds its topics from their start meets an
 * unreadable record again after each restart, and must not report it again. Not thread-safe.
 */
public final class ReportedRecords {
    /** How many records are remembered; the oldest are forgotten first, and then may be reported once more. */
    static final int LIMIT = 100_000;

    private final String reader;
    private final Set<String> origins = new LinkedHashSet<>();

    /**
     * Remembers nothing yet.
     *
     * @param reader the value of the dead letters' reader header, without anything that changes over restarts
     */
    public ReportedRecords(String reader) {
        this.reader = reader;
    }

    /** Takes in a dead letter, of this reader or of another. */
    public void view(BusRecord deadLetter) {
        if (deadLetter.header(Headers.READER).filter(reader::equals).isPresent()) {
            deadLetter.header(Headers.ORIGIN).ifPresent(this::remember);
        }
    }

    /**
     * Notes that a record is reported.
     *
     * @return whether it was not reported before
     */
    public boolean add(Position origin) {
        return remember(origin.text());
    }

    /** Whether a record is reported. */
    public boolean has(Position origin) {
        return origins.contains(origin.text());
    }

    private boolean remember(String origin) {
        boolean isNew = origins.add(origin);
        if (origins.size() > LIMIT) {
            origins.remove(origins.iterator().next());
        }
        return isNew;
    }
}
