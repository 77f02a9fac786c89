package io.hatchery.gateway;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.bus.Publisher;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.gateway.view.SubmittedOperations;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.json.UnreadableException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway makes of the records that it reads: the view, what stream clients get, and dead letters. Needs a reader, a
 * publisher and a clock, and no Vert.x; all calls come on one context.
 */
public final class FleetFold {
    /** The topics that are read to their end before a gateway is ready. */
    public static final List<String> TOPICS = List.of(
                    Topics.DEAD_LETTERS,
                    Topics.DEFINITIONS,
                    Topics.EVALUATIONS,
                    Topics.PROFILES,
                    Topics.STATUS,
                    Topics.EVENTS,
                    Topics.HOSTS,
                    Topics.CONSOLE)
            .stream()
            .map(Topic::name)
            .toList();

    private static final Logger LOG = LoggerFactory.getLogger(FleetFold.class);

    private final FleetView view = new FleetView();
    private final SubmittedOperations submitted = new SubmittedOperations(view);
    private final RejectedRecords refused;
    private final PlacedRecords placed;
    private final Streams.Replay log;
    private final Streams streams;
    private final Clock clock;
    private boolean streaming;

    /**
     * Has read nothing yet.
     *
     * @param publisher writes dead letters
     * @param log reads records of the past again
     * @param partitions over how many the keys of shared topics are spread
     */
    public FleetFold(Publisher publisher, Streams.Replay log, int partitions, Clock clock) {
        this.refused = new RejectedRecords(publisher);
        this.placed = new PlacedRecords(partitions, refused);
        this.log = placed.of(log);
        this.streams = new Streams(clock, view, this.log, refused::refuse);
        this.clock = clock;
        view.advance(clock.instant());
    }

    /** Folds a record; one that cannot be read is refused and changes nothing. */
    public void take(BusRecord record) {
        if (!placed.take(record)) {
            streams.passed(record);
            return;
        }
        Optional<StreamChange> change = Optional.empty();
        try {
            if (record.topic().equals(Topics.DEAD_LETTERS.name())) {
                refused.view(record);
            }
            change = view.apply(record);
        } catch (UnreadableException | RuntimeException | StackOverflowError e) {
            refuse(record, e);
        }
        if (streaming && change.isPresent()) {
            streams.changed(record, change.get());
        } else {
            streams.passed(record);
        }
    }

    private void refuse(BusRecord record, Throwable e) {
        if (record.topic().equals(Topics.DEAD_LETTERS.name())) {
            LOG.warn("dead letter {} cannot be read: {}", record.position().text(), e.getMessage());
        } else {
            refused.refuse(record, e);
        }
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

    /** Is called about every ten seconds: forgets what has expired. */
    public void cleanUp() {
        view.advance(clock.instant());
        submitted.prune();
    }

    /** The commands topics of all hosts that are known of, whether or not they exist; {@link FleetView#MAX_HOSTS} at most. */
    public Collection<String> commandTopics() {
        var topics = new TreeSet<String>();
        view.hosts()
                .forEach(
                        host -> topics.add(Topics.commands(host.status().host()).name()));
        for (var name : view.containers(null)) {
            if (topics.size() >= FleetView.MAX_HOSTS) {
                break;
            }
            view.hostOf(name).ifPresent(host -> topics.add(Topics.commands(host).name()));
        }
        return topics;
    }

    /** The fleet. */
    public FleetView view() {
        return view;
    }

    /** The operations that this gateway's requests are writing, over those of the view. */
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

    RejectedRecords refused() {
        return refused;
    }
}
