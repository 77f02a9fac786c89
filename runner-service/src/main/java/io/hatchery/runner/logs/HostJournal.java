package io.hatchery.runner.logs;

import io.hatchery.protocol.LogEntry;
import io.hatchery.protocol.LogSource;
import io.hatchery.runner.journal.Disk;
import io.hatchery.spec.ContainerName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consoles of containers that are units of the host: in the host's journal, which one journalctl(1) follows for all of them. A
 * container that prints too much must not stop it, so entries that find no room are dropped and counted.
 */
public final class HostJournal implements LogSources {
    private static final Logger LOG = LoggerFactory.getLogger(HostJournal.class);
    private static final String LOST =
            "more was printed than journald (RateLimitBurst of journald.conf(5)) or runner.logs.rate admit";

    /** The message of journald about entries that it has dropped: SD_MESSAGE_JOURNAL_DROPPED of sd-messages.h. */
    private static final String SUPPRESSED = "a596d6fe7bfa4994828e72309e95d61e";

    private static final String FIELDS = JournalEntry.FIELDS + ",_UID,N_DROPPED,OBJECT_SYSTEMD_UNIT";
    private static final Pattern IDENTIFIER = Pattern.compile("container (\\S+)");
    private static final String POSITION = "host-journal";
    private static final long RESTART = Duration.ofSeconds(5).toNanos();

    private final Disk positions;
    private final Map<ContainerName, HostUnit> units = new ConcurrentHashMap<>();
    private @Nullable Process follower;
    private @Nullable Thread reader;
    private long begun = System.nanoTime() - RESTART;
    private volatile @Nullable String lastRead;
    private volatile boolean isClosed;

    /** A unit, and how far it was shipped. All but the entries belong to the thread that ships. */
    private static final class HostUnit {
        private final UnitEntries entries = new UnitEntries();
        private @Nullable String taken;
        private @Nullable String acknowledged;

        boolean isShipped() {
            return entries.isEmpty() && (taken == null || taken.equals(acknowledged));
        }
    }

    /**
     * Follows nothing yet.
     *
     * @param positions a folder for the position in the journal
     */
    public HostJournal(Disk positions) {
        this.positions = positions;
    }

    @Override
    public LogSource source() {
        return LogSource.CONSOLE;
    }

    @Override
    public boolean keepsPositions() {
        return true;
    }

    @Override
    public Set<ContainerName> containers() throws IOException {
        Process current = follower;
        if ((current == null || !current.isAlive()) && System.nanoTime() - begun >= RESTART) {
            begun = System.nanoTime();
            follow();
        }
        return new HashSet<>(units.keySet());
    }

    private void follow() throws IOException {
        String last = lastRead != null
                ? lastRead
                : positions
                        .read(POSITION)
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElse(null);
        var command = new ArrayList<>(
                List.of("journalctl", "--follow", "--no-tail", "--output=export", "--output-fields=" + FIELDS));
        command.add(last == null || JournalEntry.place(last) == null ? "--boot" : "--after-cursor=" + last);
        command.addAll(List.of("_TRANSPORT=stdout", "+", "MESSAGE_ID=" + SUPPRESSED));
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        follower = started;
        reader = Thread.ofVirtual().name("hatchery-host-journal").start(() -> read(started));
    }

    private void read(Process from) {
        try (InputStream output = from.getInputStream()) {
            var entries = new JournalExportReader(output);
            for (JournalEntry entry = entries.next(); entry != null; entry = entries.next()) {
                distribute(entry);
                lastRead = entry.cursor();
            }
            if (!isClosed) {
                LOG.warn("journalctl has ended; it is started again");
            }
        } catch (IOException e) {
            if (!isClosed) {
                LOG.warn("the host's journal is read again, since it cannot be read on: {}", e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            from.destroy();
        }
    }

    private void distribute(JournalEntry entry) throws InterruptedException {
        long dropped = entry.droppedByJournald();
        if (dropped > 0) {
            container(entry.field("OBJECT_SYSTEMD_UNIT"))
                    .ifPresent(container -> unit(container).entries.addDropped(dropped));
            return;
        }
        Optional<ContainerName> container = container(entry.field("_SYSTEMD_UNIT"));
        if (container.isEmpty() && entry.field("_SYSTEMD_UNIT") == null && "0".equals(entry.field("_UID"))) {
            // journald finds the unit of an entry by its process, which may have ended.
            var named = IDENTIFIER.matcher(String.valueOf(entry.field("SYSLOG_IDENTIFIER")));
            container = named.matches() && ContainerName.isValid(named.group(1))
                    ? Optional.of(new ContainerName(named.group(1)))
                    : Optional.empty();
        }
        if (container.isPresent()) {
            unit(container.get()).entries.add(entry);
        }
    }

    private static Optional<ContainerName> container(@Nullable String unit) {
        var name = ServiceLeaders.UNIT.matcher(String.valueOf(unit));
        return name.matches() && ContainerName.isValid(name.group(1))
                ? Optional.of(new ContainerName(name.group(1)))
                : Optional.empty();
    }

    private HostUnit unit(ContainerName container) {
        return units.computeIfAbsent(container, name -> new HostUnit());
    }

    @Override
    public LogFeed open(ContainerName container, @Nullable String position) {
        HostUnit unit = unit(container);
        unit.acknowledged = position;
        unit.taken = position;
        return new UnitFeed(unit, position == null ? null : JournalEntry.place(position));
    }

    @Override
    public void acknowledged(ContainerName container, String position) {
        unit(container).acknowledged = position;
    }

    /** From the oldest position of what is not shipped: what comes after it again is known to be shipped by the units' positions. */
    @Override
    public void save() throws IOException {
        String last = lastRead;
        JournalEntry.JournalPlace oldest = null;
        for (HostUnit unit : units.values()) {
            if (!unit.isShipped()) {
                JournalEntry.JournalPlace place =
                        unit.acknowledged == null ? null : JournalEntry.place(unit.acknowledged);
                if (place == null || oldest != null && !oldest.epoch().equals(place.epoch())) {
                    return; // what was saved before is older
                }
                if (oldest == null || place.number() < oldest.number()) {
                    oldest = place;
                    last = unit.acknowledged;
                }
            }
        }
        if (last != null) {
            positions.replace(POSITION, last.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() {
        isClosed = true;
        if (follower != null) {
            follower.destroy();
        }
        if (reader != null) {
            reader.interrupt();
        }
    }

    /** The entries of one unit. */
    private static final class UnitFeed implements LogFeed {
        private final HostUnit unit;
        private final JournalEntry.@Nullable JournalPlace shipped;

        UnitFeed(HostUnit unit, JournalEntry.@Nullable JournalPlace shipped) {
            this.unit = unit;
            this.shipped = shipped;
        }

        @Override
        public Optional<LogChunk> next(Instant now, int most) {
            var entries = new ArrayList<LogEntry>();
            int bytes = 0;
            String epoch = "";
            for (JournalEntry entry = unit.entries.peek();
                    entry != null && bytes < most && entries.size() < LogLineReader.MOST_LINES;
                    entry = unit.entries.peek()) {
                JournalEntry.JournalPlace place = JournalEntry.place(entry.cursor());
                String itsEpoch = place == null ? "" : place.epoch();
                if (!entries.isEmpty() && !itsEpoch.equals(epoch)) {
                    break;
                }
                epoch = itsEpoch;
                if (place == null || !isShipped(place)) {
                    LogEntry line = entry.consoleLine(place == null ? null : place.number(), now);
                    entries.add(line);
                    bytes += line.text().length();
                }
                unit.taken = entry.cursor();
                unit.entries.remove();
            }
            long dropped = unit.entries.takeDropped();
            if (dropped > 0) {
                entries.add(LogEntry.ofDropped(now, dropped, LOST));
            }
            String taken = unit.taken;
            return entries.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new LogChunk(epoch, entries, bytes, taken == null ? "" : taken));
        }

        private boolean isShipped(JournalEntry.JournalPlace place) {
            return shipped != null && shipped.epoch().equals(place.epoch()) && place.number() <= shipped.number();
        }

        @Override
        public boolean hasEnded() {
            return false;
        }

        @Override
        public void close() {}
    }
}
