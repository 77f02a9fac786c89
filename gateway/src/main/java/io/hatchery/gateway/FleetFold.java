package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.bus.Position;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.FoldedRecords.Changes;
import io.hatchery.gateway.FoldedRecords.FoldedRecord;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.store.DatabaseException;
import io.hatchery.gateway.store.FleetDatabase;
import io.hatchery.gateway.store.PositionTable;
import io.hatchery.gateway.store.PositionTable.FoldedPosition;
import io.hatchery.gateway.store.RejectionTable;
import io.hatchery.gateway.store.SqlSession;
import io.hatchery.gateway.stream.StreamCursor;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.AppliedRecord;
import io.hatchery.gateway.view.FleetProjection;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.gateway.view.SubmittedOperations;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.token.AccessToken;
import io.hatchery.protocol.token.JoinToken;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ProfileName;
import io.hatchery.spec.json.UnreadableException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway makes of the records that it reads: the database, what stream clients get, and dead letters. Needs a reader, a
 * publisher and a clock, and no Vert.x. Records are folded on one thread, with their positions in the same transaction; everything
 * else comes on one context.
 */
public final class FleetFold {
    /** The topics whose positions are in the database: a gateway that starts again continues there. */
    public static final List<String> STORED_TOPICS =
            names(Topics.DEFINITIONS, Topics.EVALUATIONS, Topics.STATUS, Topics.EVENTS, Topics.HOSTS);

    /** The topics that are short enough to be read from their start each time. */
    public static final List<String> REREAD_TOPICS =
            names(Topics.DEAD_LETTERS, Topics.PROFILES, Topics.CONSOLE, Topics.ACCESS);

    /** The topics that are read to their end before a gateway is ready. */
    public static final List<String> TOPICS =
            Stream.concat(REREAD_TOPICS.stream(), STORED_TOPICS.stream()).toList();

    private static final Logger LOG = LoggerFactory.getLogger(FleetFold.class);

    private final FleetProjection projection;
    private final SubmittedOperations submitted = new SubmittedOperations();
    private final RejectionTable rejections;
    private final RejectedRecords refused;
    private final RecordChecks checks;
    private final Streams.Replay log;
    private final Streams streams;
    private final Clock clock;
    private final Map<String, String> topicIds = new ConcurrentHashMap<>();
    /** Where the topics of hosts are read on that are not followed yet; one for each host at most. */
    private final Map<String, FoldedPosition> hostPositions = new ConcurrentHashMap<>();

    /** Positions of refused records that are with the dead letters, until the next transaction. */
    private final ConcurrentLinkedQueue<Position> reported = new ConcurrentLinkedQueue<>();

    private final AtomicLong recordsRead = new AtomicLong();
    private volatile boolean streaming;

    /** After a first fold of more records, memory is given back. */
    private static final long LARGE_FOLD = 100_000;

    private static List<String> names(Topic... topics) {
        return Arrays.stream(topics).map(Topic::name).toList();
    }

    /**
     * Continues from what a database holds.
     *
     * @param publisher writes dead letters
     * @param log reads records of the past again
     * @param partitions over how many the keys of shared topics are spread
     */
    public FleetFold(
            RestoredFleet restored,
            FleetReader reader,
            Publisher publisher,
            Streams.Replay log,
            int partitions,
            Clock clock) {
        this.projection = restored.projection();
        this.rejections = restored.rejections();
        this.refused = new RejectedRecords(publisher, reported::add);
        this.checks = new RecordChecks(partitions, refused);
        this.log = checks.of(log);
        this.streams = new Streams(clock, restored.projection()::hosts, reader, this.log, refused::refuse);
        this.clock = clock;
        restored.rejected().forEach(each -> refused.refuse(each.record(), each.reason()));
    }

    /**
     * Where reading continues, by topic and partition. The database is cleared if a topic was deleted and created again, or if
     * records between then and now may be missing.
     *
     * @param ids of the topics as they are now
     */
    public Map<String, Map<Integer, Long>> resume(SortedMap<String, String> ids) {
        FleetDatabase database = projection.database();
        List<FoldedPosition> known = database.read(PositionTable::all);
        boolean isOfOtherTopics = known.stream()
                .filter(position -> STORED_TOPICS.contains(position.topic()))
                .anyMatch(position -> !position.topicId().equals(ids.get(position.topic())));
        if (isOfOtherTopics) {
            LOG.warn("topics were created again: the database is filled anew");
            clear();
            known = List.of();
        } else if (isTooOld(known)) {
            LOG.warn("the gateway was away for so long that deletions may be gone: the database is filled anew");
            clear();
            known = List.of();
        }
        known.stream()
                .filter(position -> !STORED_TOPICS.contains(position.topic()))
                .forEach(position -> hostPositions.put(position.topic(), position));
        ids.forEach(this::follow);
        if (known.isEmpty()) {
            // A fold that is interrupted continues: what it read from the start cannot lose its tombstones sooner than
            // that.
            database.update(session -> PositionTable.readAt(session, clock.instant()));
        }
        Map<String, Map<Integer, Long>> positions =
                new HashMap<>(database.read(session -> PositionTable.of(session, STORED_TOPICS)));
        REREAD_TOPICS.forEach(topic -> positions.put(topic, Map.of()));
        return positions;
    }

    private boolean isTooOld(List<FoldedPosition> known) {
        Instant readAt = projection.database().read(PositionTable::readAt);
        return !known.isEmpty() && readAt.isBefore(clock.instant().minus(StreamCursor.KEPT));
    }

    /**
     * All topics have been read to their end: from now on the database is maintained for queries. Blocks; not for an event loop.
     *
     * @param at a time before which every record that was appended has been read
     */
    void complete(Instant at) {
        projection.index();
        projection.database().update(session -> PositionTable.readAt(session, at));
        if (recordsRead.get() > LARGE_FOLD) {
            // The heap has grown to its maximum, and only a full collection gives memory back.
            System.gc();
        }
    }

    /** Forgets everything: the topics are folded from their start. */
    public void clear() {
        hostPositions.clear();
        projection.clear();
        projection.database().update(rejections::count);
    }

    /** A topic is followed from now on, and has that id. */
    public void follow(String topic, String id) {
        topicIds.put(topic, id);
    }

    /** The offset at which reading of a host's topic with that id continues; 0 if nothing of it was read. */
    long position(String topic, String id) {
        FoldedPosition known = hostPositions.remove(topic);
        return known == null || !known.topicId().equals(id) ? 0 : known.next();
    }

    /** Folds records and commits them; one that cannot be read changes nothing. Comes on the thread of the reader. */
    FoldedRecords fold(List<BusRecord> records) {
        if (records.isEmpty()) {
            return new FoldedRecords(List.of(), new Changes(Set.of(), Set.of(), Set.of(), Set.of(), Set.of()));
        }
        recordsRead.addAndGet(records.size());
        List<ReadRecord> read = ReadRecord.read(records, checks::refusal);
        return projection.database().write(session -> {
            var folded = new ArrayList<FoldedRecord>(records.size());
            var changes =
                    new Changes(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
            var positions = new HashMap<String, FoldedPosition>();
            for (ReadRecord each : read) {
                BusRecord record = each.record();
                folded.add(fold(session, each, changes));
                String id = topicIds.get(record.topic());
                if (id != null && !REREAD_TOPICS.contains(record.topic())) {
                    positions.put(
                            record.topic() + "/" + record.partition(),
                            new FoldedPosition(record.topic(), record.partition(), id, record.offset() + 1));
                }
            }
            positions.values().forEach(position -> PositionTable.put(session, position));
            if (streaming) { // before, some topics may not be read up to that time
                PositionTable.readAt(session, records.getLast().timestamp());
            }
            removeReported(session);
            return new FoldedRecords(folded, changes);
        });
    }

    private void removeReported(SqlSession session) {
        var done = new ArrayList<Position>();
        for (Position next = reported.poll(); next != null; next = reported.poll()) {
            done.add(next);
        }
        rejections.remove(session, done);
    }

    private FoldedRecord fold(SqlSession session, ReadRecord read, Changes changes) {
        BusRecord record = read.record();
        if (read.content() == null) {
            return reject(session, record, String.valueOf(read.rejection()));
        }
        try {
            AppliedRecord applied = projection.apply(session, record, read.content());
            note(record, applied.change(), changes);
            return new FoldedRecord(
                    record,
                    streaming ? projection.changes(session, read.content(), applied, clock.instant()) : List.of(),
                    null);
        } catch (DatabaseException e) {
            throw e;
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            return reject(session, record, RejectedRecords.reasonOf(e));
        }
    }

    private FoldedRecord reject(SqlSession session, BusRecord record, String reason) {
        if (!REREAD_TOPICS.contains(record.topic())) {
            rejections.add(session, record, reason);
        }
        return new FoldedRecord(record, List.of(), reason);
    }

    /** Which requests that wait have a reason to look again. */
    private static void note(BusRecord record, @Nullable StreamChange change, Changes changes) {
        if (change instanceof StreamChange.EventChange(String id, FleetEvent event)) {
            if (event.container() != null) {
                changes.containers().add(event.container());
            }
            if (event instanceof FleetEvent.Ended ended) {
                changes.operations().add(ended.id());
            }
            return;
        }
        String topic = record.topic();
        if (topic.equals(Topics.PROFILES.name())) {
            changes.profiles().add(new ProfileName(record.key()));
        } else if (topic.equals(Topics.ACCESS.name())) {
            AccessToken.nameOf(record.key()).ifPresent(changes.tokens()::add);
            JoinToken.hostOf(record.key()).ifPresent(changes.joins()::add);
        } else if (topic.equals(Topics.STATUS.name()) || topic.equals(Topics.EVALUATIONS.name())) {
            changes.containers().add(new ContainerName(record.key()));
        } else if (topic.equals(Topics.DEFINITIONS.name()) && record.isDeletion()
                || Topics.hostOfCommands(topic).isPresent()) {
            changes.operations().add(new CommandId(record.id()));
        }
    }

    /** Hands what was folded to clients. */
    void publish(FoldedRecords folded) {
        for (FoldedRecord each : folded.records()) {
            BusRecord record = each.record();
            boolean isDeadLetter = record.topic().equals(Topics.DEAD_LETTERS.name());
            if (isDeadLetter) {
                refused.view(record);
            }
            if (each.rejection() != null) {
                if (isDeadLetter) {
                    LOG.warn(
                            "dead letter {} cannot be read: {}",
                            record.position().text(),
                            each.rejection());
                } else {
                    refused.refuse(record, each.rejection());
                }
            }
            streams.folded(record, each.changes());
        }
        folded.changes().operations().forEach(submitted::read);
        streams.endBatch();
    }

    /**
     * Folds a record and hands it to clients.
     *
     * @return the names of what has changed
     */
    public List<Object> take(BusRecord record) {
        FoldedRecords folded = fold(List.of(record));
        publish(folded);
        return folded.changes().names();
    }

    /**
     * Everything has been read up to there; from now on stream clients can be served.
     *
     * @param ids of the topics
     * @param at a time before which every record that was appended has been read
     */
    public void begin(SortedMap<String, String> ids, Offsets readTo, Instant at) {
        streams.begin(ids, readTo, at);
        streaming = true;
    }

    /** Is called about once a second: reports refused records, and closes clients that are lost or stalled. */
    public void tick() {
        refused.report();
        streams.lookForLostHosts();
        streams.closeStalled();
    }

    /** Is called about every ten seconds: forgets what has expired. Blocks; not for an event loop. */
    public void cleanUp() {
        projection.advance(clock.instant());
        projection.database().update(this::removeReported);
        projection.read(view -> {
            submitted.prune(view);
            return true;
        });
    }

    /** The commands topics of all hosts that are known of, whether or not they exist; {@link FleetProjection#MAX_HOSTS} at most. */
    public Collection<String> commandTopics() {
        var topics = new TreeSet<String>();
        projection
                .hosts()
                .forEach(
                        host -> topics.add(Topics.commands(host.status().host()).name()));
        for (var host : projection.holders()) {
            if (topics.size() >= FleetProjection.MAX_HOSTS) {
                break;
            }
            topics.add(Topics.commands(host).name());
        }
        return topics;
    }

    /** The fleet's database. */
    public FleetProjection projection() {
        return projection;
    }

    /** Reads the fleet. Blocks for a moment; not for an event loop. */
    public <T> T read(Function<FleetView, T> query) {
        return projection.read(query);
    }

    /** The operations that this gateway's requests are writing, over those of the database. */
    public SubmittedOperations submitted() {
        return submitted;
    }

    /** The stream's clients. */
    public Streams streams() {
        return streams;
    }

    /** Reads records of the past again, without those that are refused. */
    Streams.Replay log() {
        return log;
    }

    /** How many records were read since the start. Any thread may ask. */
    long recordsRead() {
        return recordsRead.get();
    }

    RejectedRecords refused() {
        return refused;
    }
}
