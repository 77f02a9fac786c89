package io.hatchery.gateway.logs;

import io.hatchery.protocol.LogEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds where the last lines of a log begin, by reading ever larger stretches backwards from the end. It notes places, not lines, so that
 * memory does not depend on how long lines are.
 */
final class LogTail {
    private static final long FIRST_STRETCH = 64;
    private static final long LONGEST_STRETCH = 16_384;

    private final LogConsumer consumer;
    private final LogQuery query;
    private final int most;

    /** A line that is asked for. */
    private record Match(Instant at, HostLog log, LogCursor.Place place) {}

    LogTail(LogConsumer consumer, LogQuery query, int most) {
        this.consumer = consumer;
        this.query = query;
        this.most = most;
    }

    /**
     * Moves the logs to where their part of the last lines begins.
     *
     * @param logs the one that most likely has the last lines first; each starts at its earliest place
     */
    void seek(List<HostLog> logs) throws IOException {
        var matches = new ArrayList<Match>();
        for (HostLog log : logs) {
            long earliest = log.next().offset();
            if (matches.size() >= most && most > 0) {
                // Nothing earlier counts.
                Instant oldest = matches.get(matches.size() - most).at;
                earliest = Math.max(earliest, consumer.offsetAt(log.partition(), oldest));
            }
            matches.addAll(last(log, earliest));
            matches.sort(Comparator.comparing(Match::at)); // which keeps the order of one host
        }
        Map<HostLog, LogCursor.Place> starts = new HashMap<>();
        for (Match match : matches.subList(Math.max(0, matches.size() - most), matches.size())) {
            starts.putIfAbsent(match.log, match.place);
        }
        logs.forEach(log -> log.startAt(starts.getOrDefault(log, new LogCursor.Place(log.end(), 0))));
    }

    private List<Match> last(HostLog log, long earliest) throws IOException {
        List<Match> found = new ArrayList<>();
        long end = log.end();
        for (long stretch = FIRST_STRETCH; end > earliest && found.size() < most; stretch *= 4) {
            long from = Math.max(earliest, end - Math.min(stretch, LONGEST_STRETCH));
            var part = new ArrayList<Match>();
            consumer.read(
                    log.partition(),
                    from,
                    end,
                    record -> log.batch(record).ifPresent(batch -> {
                        for (int i = 0; i < batch.entries().size(); i++) {
                            LogEntry entry = batch.entries().get(i);
                            if (entry.dropped() == null && query.filter().admits(entry)) {
                                part.add(new Match(entry.at(), log, new LogCursor.Place(record.offset(), i)));
                            }
                        }
                    }));
            part.addAll(found);
            found = new ArrayList<>(part.subList(Math.max(0, part.size() - most), part.size()));
            end = from;
        }
        return found;
    }
}
