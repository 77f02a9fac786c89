package io.hatchery.bus;

import io.hatchery.protocol.Headers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes until the broker has it, however long it is away and whatever it answers: the futures never fail. A write that failed may
 * have arrived nevertheless; on one topic, whose records must not be there twice, it is looked for by its {@code ce_id} before it
 * is repeated. Two messages under way at once may arrive in any order: callers wait for the first where the order matters. What
 * is under way is kept in memory, so its number is bounded by the callers. All calls come on one context.
 */
public final class RetryingPublisher implements Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(RetryingPublisher.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Bus bus;
    private final Publisher attempts;
    private final BiConsumer<Duration, Runnable> later;
    private final String onceTopic;
    private final RepeatedWarning warning = new RepeatedWarning(LOG, "records are not written and tried again");
    private final Map<Integer, Long> floor = new TreeMap<>();
    private List<PublishAttempt> failed = new ArrayList<>();
    private boolean waiting;

    /** A message that must not be there twice has an id, otherwise empty, and the offsets before which it does not lie. */
    private record PublishAttempt(
            Supplier<Future<Position>> write, String id, Map<Integer, Long> from, Promise<Position> written) {}

    /**
     * Has written nothing yet.
     *
     * @param later runs something after a while, on the context of the calls
     * @param onceTopic the topic whose records must not be there twice
     */
    public RetryingPublisher(Bus bus, BiConsumer<Duration, Runnable> later, String onceTopic) {
        this.bus = bus;
        // Kafka's own retries neither repeat nor reorder, so they come first, for as long as they can.
        this.attempts = bus.publisher(Integer.MAX_VALUE);
        this.later = later;
        this.onceTopic = onceTopic;
    }

    /** Nothing that is published from now on lies before these offsets of the topic whose records must not be there twice. */
    public void beginAt(Map<Integer, Long> ends) {
        ends.forEach(this::raise);
    }

    private void raise(int partition, long offset) {
        floor.merge(partition, offset, Math::max);
    }

    @Override
    public Future<Position> publish(Message message) {
        boolean once = message.topic().equals(onceTopic);
        return begin(new PublishAttempt(
                () -> attempts.publish(message),
                once ? message.headers().getOrDefault(Headers.ID, "") : "",
                once ? Map.copyOf(floor) : Map.of(),
                Promise.promise()));
    }

    @Override
    public Future<Position> sendToDeadLetter(BusRecord record, String reader, String reason) {
        return begin(new PublishAttempt(
                () -> attempts.sendToDeadLetter(record, reader, reason), "", Map.of(), Promise.promise()));
    }

    private Future<Position> begin(PublishAttempt attempt) {
        send(attempt);
        return attempt.written.future();
    }

    private void send(PublishAttempt attempt) {
        attempt.write.get().onComplete(done -> {
            if (done.succeeded()) {
                warning.succeeded();
                succeed(attempt, done.result());
            } else {
                warning.failed(done.cause());
                retryLater(List.of(attempt));
            }
        });
    }

    private void succeed(PublishAttempt attempt, Position position) {
        if (position.topic().equals(onceTopic)) {
            raise(position.partition(), position.offset() + 1);
        }
        attempt.written.complete(position);
    }

    private void retryLater(List<PublishAttempt> more) {
        failed.addAll(more);
        if (!waiting) {
            waiting = true;
            later.accept(PAUSE, this::retry);
        }
    }

    private void retry() {
        waiting = false;
        List<PublishAttempt> doubtful =
                failed.stream().filter(attempt -> !attempt.id.isEmpty()).toList();
        List<PublishAttempt> others =
                failed.stream().filter(attempt -> attempt.id.isEmpty()).toList();
        failed = new ArrayList<>();
        others.forEach(this::send);
        if (!doubtful.isEmpty()) {
            search(doubtful).onComplete(found -> {
                if (found.failed()) {
                    warning.failed(found.cause());
                    retryLater(doubtful);
                    return;
                }
                for (PublishAttempt attempt : doubtful) {
                    Position position = found.result().get(attempt.id);
                    if (position == null) {
                        send(attempt);
                    } else {
                        succeed(attempt, position);
                    }
                }
            });
        }
    }

    /** Where those of the messages lie that have arrived, by their id. */
    private Future<Map<String, Position>> search(List<PublishAttempt> doubtful) {
        var ids = new HashSet<String>();
        doubtful.forEach(attempt -> ids.add(attempt.id));
        return bus.ends(onceTopic).compose(ends -> {
            var from = new TreeMap<Integer, Long>();
            ends.forEach((partition, end) -> {
                long first = doubtful.stream()
                        .mapToLong(attempt -> attempt.from.getOrDefault(partition, 0L))
                        .min()
                        .orElse(0);
                if (first < end) {
                    from.put(partition, first);
                }
            });
            var found = new HashMap<String, Position>();
            return from.isEmpty()
                    ? Future.succeededFuture(found)
                    : read(from, ends, ids, found).map(read -> found);
        });
    }

    private Future<Void> read(
            Map<Integer, Long> from, Map<Integer, Long> ends, Set<String> ids, Map<String, Position> found) {
        Promise<Void> read = Promise.promise();
        Follower follower = bus.follower(
                "search",
                record -> record.header(Headers.ID)
                        .filter(ids::contains)
                        // Another host must not make this one believe that its event is there.
                        .filter(id -> record.inauthenticity().isEmpty())
                        .ifPresent(id -> found.put(id, record.position())),
                read::tryFail);
        follower.followFrom(onceTopic, from, ends).onComplete(done -> {
            if (done.succeeded()) {
                read.tryComplete();
            } else {
                read.tryFail(done.cause());
            }
        });
        return read.future().eventually(follower::close);
    }
}
