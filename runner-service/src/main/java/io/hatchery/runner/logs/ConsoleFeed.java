package io.hatchery.runner.logs;

import io.hatchery.protocol.LogEntry;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.json.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console of a container as the supervisor writes it. The files are the buffer: what is not shipped yet stays in them, and lines are
 * dropped only when the supervisor has replaced a file before it was read.
 */
final class ConsoleFeed implements LogFeed {
    /** Why lines are missing. */
    static final String LOST =
            "they were gone from the console's files before they could be shipped, since more was printed than"
                    + " runner.logs.rate allows, or the runner or Kafka was away; runner.console.size and runner.logs.rate can be raised";

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleFeed.class);

    /** A line without an end is shipped when nothing was added to it for so long. */
    private static final Duration COMPLETE = Duration.ofSeconds(2);

    /** Between a new file and the record of the lines before it, the supervisor may have been killed. */
    private static final int MOST_ATTEMPTS = 10;

    private final ConsoleFiles files;
    private @Nullable ConsolePosition position;
    private @Nullable FileChannel channel;
    private Instant last = Instant.EPOCH;
    private long dropped;
    private int attempts;
    private boolean hasEnded;

    /**
     * Opens nothing yet.
     *
     * @param saved the position of a chunk; null reads everything that is there
     */
    ConsoleFeed(ConsoleFiles files, @Nullable String saved) {
        this.files = files;
        this.position = saved == null ? null : parse(saved);
    }

    private @Nullable ConsolePosition parse(String saved) {
        try {
            return Json.read(saved.getBytes(StandardCharsets.UTF_8), ConsolePosition.class);
        } catch (UnreadableException e) {
            LOG.warn("{} is shipped from its beginning, since its position is unreadable: {}", files, e.getMessage());
            return null;
        }
    }

    @Override
    public Optional<LogChunk> next(Instant now, int most) throws IOException {
        boolean isNew = position == null;
        if (channel == null && !resume(now)) {
            return Optional.empty();
        }
        if (isNew) {
            return Optional.of(chunk(now, List.of(), 0)); // its epoch is to be saved
        }
        var buffer = ByteBuffer.allocate(most);
        int count = read(buffer);
        if (count <= 0 && isReplaced()) {
            count = read(buffer); // what was written before it was replaced
            if (count <= 0) {
                return advance(now) ? next(now, most) : Optional.empty();
            }
        }
        return count <= 0 ? notice(now) : take(buffer.array(), count, now);
    }

    private int read(ByteBuffer buffer) throws IOException {
        return open().read(buffer, at().offset());
    }

    private Optional<LogChunk> take(byte[] bytes, int count, Instant now) throws IOException {
        Instant written = files.writtenAt(at().inode()).orElse(now);
        boolean isQuiet = written.plus(COMPLETE).isBefore(now) || isReplaced();
        boolean isWhole = isQuiet && at().offset() + count >= open().size();
        // The file has no times: what was printed while nobody read it has that of the last line.
        last = max(last, written.isBefore(now) ? written : now);
        LogLineReader.ReadLines lines = LogLineReader.read(bytes, count, at().lines(), at().column(), isWhole, last);
        if (lines.bytes() == 0) {
            return notice(now);
        }
        position = at().after(lines);
        return Optional.of(chunk(now, lines.entries(), lines.bytes()));
    }

    private Optional<LogChunk> notice(Instant now) {
        return dropped > 0 ? Optional.of(chunk(now, List.of(), 0)) : Optional.empty();
    }

    private LogChunk chunk(Instant now, List<LogEntry> read, int bytes) {
        var entries = new ArrayList<LogEntry>();
        if (dropped > 0) {
            entries.add(
                    LogEntry.ofDropped(read.isEmpty() ? now : read.getFirst().at(), dropped, LOST));
            dropped = 0;
        }
        entries.addAll(read);
        return new LogChunk(at().epoch(), entries, bytes, Json.text(at()));
    }

    /** Whether the current file is another one than the one that is read, or there is none. */
    private boolean isReplaced() throws IOException {
        OptionalLong current = ConsoleFiles.inode(files.current());
        if (current.isPresent() && current.getAsLong() == at().inode() && open().size() < at().offset()) {
            // The supervisor could not rename it and has emptied it.
            position = new ConsolePosition(-1, 0, at().before(), at().lines(), 0, at().epoch());
        }
        return current.isEmpty() || current.getAsLong() != at().inode();
    }

    /** Opens the file of the saved position, or the one after it. */
    private boolean resume(Instant now) throws IOException {
        ConsolePosition saved = position;
        if (saved == null) {
            return begin(files.older(), now) || begin(files.current(), now);
        }
        return reopen(files.current(), saved) || reopen(files.older(), saved) || advance(now);
    }

    private boolean begin(Path file, Instant now) throws IOException {
        var found = ConsoleFiles.open(file);
        found.ifPresent(opened -> channel = opened.channel());
        if (found.isPresent()) {
            long inode = found.get().inode();
            position = ConsolePosition.atStart(inode, files.linesBefore(inode), epoch(now));
        }
        return found.isPresent();
    }

    private boolean reopen(Path file, ConsolePosition saved) throws IOException {
        var found = ConsoleFiles.open(file);
        if (found.isEmpty()) {
            return false;
        }
        var opened = found.get();
        // A later file may have the inode of one that is gone.
        if (opened.inode() == saved.inode()
                && files.linesBefore(opened.inode()) == saved.before()
                && opened.channel().size() >= saved.offset()) {
            channel = opened.channel();
            return true;
        }
        opened.channel().close();
        return false;
    }

    /** Goes on with the next file: the older one if it follows directly, else the current one. */
    private boolean advance(Instant now) throws IOException {
        ConsolePosition done = at();
        close();
        OptionalLong older = ConsoleFiles.inode(files.older());
        boolean isOlderNext = older.isPresent()
                && older.getAsLong() != done.inode()
                && done.isCounted()
                && files.linesBefore(older.getAsLong()) == done.lines();
        var found = ConsoleFiles.open(isOlderNext ? files.older() : files.current());
        hasEnded = found.isEmpty() && older.isEmpty();
        if (found.isEmpty()) {
            return false;
        }
        long inode = found.get().inode();
        long before = files.linesBefore(inode);
        if (before < 0 && done.isCounted() && ++attempts < MOST_ATTEMPTS) {
            found.get().channel().close();
            return false;
        }
        attempts = 0;
        channel = found.get().channel();
        boolean isCounted = before >= 0 && done.isCounted();
        boolean follows = !isCounted && older.isPresent() && older.getAsLong() == done.inode();
        if (!follows) {
            dropped += isCounted ? Math.max(0, before - done.lines()) : 1;
        }
        // Fewer lines than were read are those of another container of that name.
        position = follows || isCounted && before >= done.lines()
                ? done.continuedIn(inode, before)
                : ConsolePosition.atStart(inode, before, epoch(now));
        return true;
    }

    private static String epoch(Instant now) {
        return Long.toString(now.toEpochMilli(), Character.MAX_RADIX);
    }

    private static Instant max(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private FileChannel open() {
        if (channel == null) {
            throw new IllegalStateException("no file is open");
        }
        return channel;
    }

    private ConsolePosition at() {
        if (position == null) {
            throw new IllegalStateException("no file was opened");
        }
        return position;
    }

    @Override
    public boolean hasEnded() {
        return hasEnded;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
