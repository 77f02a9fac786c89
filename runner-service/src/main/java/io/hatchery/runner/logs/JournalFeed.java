package io.hatchery.runner.logs;

import io.hatchery.protocol.LogEntry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The journal inside a container, as a program that follows it there prints it. The program waits while nothing is taken. */
final class JournalFeed implements LogFeed {
    /** Why entries are missing. */
    static final String LOST =
            "they were gone from the container's journal before they could be shipped, since more was logged than"
                    + " runner.logs.rate allows, or the runner or Kafka was away; SystemMaxUse of its journald.conf(5) can be raised";

    private static final Logger LOG = LoggerFactory.getLogger(JournalFeed.class);

    /** How many entries wait to be taken, of 32 KiB at most; more stay in the journal. */
    private static final int MOST_WAITING = 64;

    private final BlockingQueue<JournalEntry> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
    private final String what;
    private final Process follower;
    private final Thread reader;
    private JournalEntry.@Nullable JournalPlace last;
    private volatile boolean isClosed;

    /**
     * Begins to read.
     *
     * @param what for messages
     * @param follower prints the journal in the export format
     * @param position from which on it does; null for the beginning
     */
    JournalFeed(String what, Process follower, @Nullable String position) {
        this.what = what;
        this.follower = follower;
        this.last = position == null ? null : JournalEntry.place(position);
        this.reader = Thread.ofVirtual().name("hatchery-journal").start(this::read);
    }

    private void read() {
        try (InputStream output = follower.getInputStream()) {
            var entries = new JournalExportReader(output);
            for (JournalEntry entry = entries.next(); entry != null; entry = entries.next()) {
                waiting.put(entry);
            }
        } catch (IOException e) {
            if (!isClosed && follower.isAlive()) {
                LOG.warn("the journal of {} is not read on: {}", what, e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            follower.destroy();
        }
    }

    @Override
    public Optional<LogChunk> next(Instant now, int most) {
        var entries = new ArrayList<LogEntry>();
        int bytes = 0;
        String epoch = "";
        String position = "";
        for (JournalEntry entry = waiting.peek(); entry != null && bytes < most; entry = waiting.peek()) {
            JournalEntry.JournalPlace place = JournalEntry.place(entry.cursor());
            String itsEpoch = place == null ? "" : place.epoch();
            if (!entries.isEmpty() && !itsEpoch.equals(epoch)) {
                break;
            }
            epoch = itsEpoch;
            noteGap(place, now).ifPresent(entries::add);
            LogEntry line = entry.line(place == null ? null : place.number(), now);
            entries.add(line);
            bytes += line.text().length();
            position = entry.cursor();
            waiting.remove();
        }
        return entries.isEmpty() ? Optional.empty() : Optional.of(new LogChunk(epoch, entries, bytes, position));
    }

    private Optional<LogEntry> noteGap(JournalEntry.@Nullable JournalPlace place, Instant now) {
        JournalEntry.JournalPlace before = last;
        last = place;
        if (place == null || before == null || !place.epoch().equals(before.epoch())) {
            return Optional.empty();
        }
        long missing = place.number() - before.number() - 1;
        return missing > 0 ? Optional.of(LogEntry.ofDropped(now, missing, LOST)) : Optional.empty();
    }

    @Override
    public boolean hasEnded() {
        return !reader.isAlive() && waiting.isEmpty();
    }

    @Override
    public void close() {
        isClosed = true;
        follower.destroy();
        reader.interrupt();
    }
}
