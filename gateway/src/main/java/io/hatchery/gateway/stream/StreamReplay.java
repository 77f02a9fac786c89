package io.hatchery.gateway.stream;

import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Offsets;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.view.ContainerTraits;
import io.hatchery.gateway.view.FleetRecord;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.StreamChange;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client what it missed, a page at a time. Between pages nothing is read and no reader is held: the next page is read when the
 * client has taken the last one. Of a container whose evaluation changed, and with a filter by labels or phase of any that changed, the
 * client gets the present state.
 */
final class StreamReplay {
    private final Sources sources;
    private final StreamSubscription client;
    private final StreamFilter filter;
    private final StreamCursor since;
    private final StreamCursor until;
    private final Promise<Void> done = Promise.promise();
    private final Set<ContainerName> changed = new LinkedHashSet<>();
    private final List<StreamChange> events = new ArrayList<>();
    private Offsets read;

    /**
     * Where a replay reads.
     *
     * @param content of a record; empty if it cannot be read
     */
    record Sources(
            Streams.Replay log, FleetReader reader, Clock clock, Function<BusRecord, Optional<FleetRecord>> content) {}

    /** A container as it is now; null traits if the fleet does not have it. */
    private record Present(@Nullable ContainerTraits traits, StreamChange.ContainerChange change) {}

    /**
     * @param filter what of the client's changes is replayed
     * @param since the cursor that the client brought
     * @param until where live changes begin
     */
    StreamReplay(
            Sources sources, StreamSubscription client, StreamFilter filter, StreamCursor since, StreamCursor until) {
        this.sources = sources;
        this.client = client;
        this.filter = filter;
        this.since = since;
        this.until = until;
        this.read = since.offsets();
    }

    /** Completes when all that the client missed was handed to its subscription; never if the client leaves before. */
    Future<Void> start() {
        nextPage();
        return done.future();
    }

    private void nextPage() {
        sources.log
                .read(read, until.offsets(), this::take)
                .onFailure(done::tryFail)
                .onSuccess(next -> {
                    read = next;
                    sendPresent().onFailure(done::tryFail).onSuccess(sent -> {
                        if (next.equals(until.offsets())) {
                            done.tryComplete();
                        } else if (!client.outgoing().isClosed()) {
                            client.drained().onSuccess(taken -> nextPage());
                        }
                    });
                });
    }

    private boolean take(BusRecord record) {
        read = read.after(record);
        sources.content.apply(record).ifPresent(this::take);
        return !client.hasFullPage()
                && changed.size() + events.size() < StreamSubscription.PAGE_MESSAGES
                && !client.outgoing().isClosed();
    }

    private void take(FleetRecord content) {
        if (content instanceof FleetRecord.EvaluationRecord evaluation) {
            if (filter.types().contains(StreamType.CONTAINER) || filter.isSelective() && filter.hasContainers()) {
                note(evaluation.container());
            }
            return;
        }
        content.change().ifPresent(change -> {
            if (!filter.isSelective() || change instanceof StreamChange.HostChange) {
                client.replay(change, isBehind() ? null : cursor());
            } else if (change instanceof StreamChange.StatusChange status) {
                if (filter.hasContainers()) {
                    note(status.container());
                }
            } else if (filter.types().contains(StreamType.EVENT)) {
                events.add(change);
            }
        });
    }

    /** Whether something before the present position is still to be sent, so that no cursor may be. */
    private boolean isBehind() {
        return !changed.isEmpty() || !events.isEmpty();
    }

    private void note(ContainerName name) {
        if (filter.container() == null || filter.container().equals(name)) {
            changed.add(name);
        }
    }

    /** Partitions are read one after the other: until all are, the oldest of them is as old as the client's cursor. */
    private StreamCursor cursor() {
        return new StreamCursor(until.ids(), read, since.at());
    }

    /** Sends what depends on the present state of containers. */
    private Future<Void> sendPresent() {
        if (changed.isEmpty() && events.isEmpty()) {
            return Future.succeededFuture();
        }
        var names = new LinkedHashSet<>(changed);
        events.stream().map(StreamChange::container).forEach(name -> {
            if (name != null) {
                names.add(name);
            }
        });
        Instant now = sources.clock.instant();
        return sources.reader
                .read(view -> present(view.seenBy(filter.principal()), names, now))
                .map(present -> {
                    var messages = new ArrayList<StreamChange>();
                    events.stream().filter(event -> isSelected(event, present)).forEach(messages::add);
                    changed.stream()
                            .flatMap(name -> change(name, present).stream())
                            .forEach(messages::add);
                    events.clear();
                    changed.clear();
                    for (int i = 0; i < messages.size(); i++) {
                        boolean isLast = i == messages.size() - 1;
                        client.missed(StreamMessages.of(messages.get(i), isLast ? cursor() : null));
                    }
                    return null;
                });
    }

    private static Map<ContainerName, Present> present(FleetView view, Set<ContainerName> names, Instant now) {
        var present = new HashMap<ContainerName, Present>();
        for (ContainerName name : names) {
            ContainerTraits traits = view.traits(name).orElse(null);
            present.put(
                    name,
                    new Present(
                            traits,
                            new StreamChange.ContainerChange(
                                    name,
                                    view.hostOf(name).orElse(null),
                                    traits == null
                                            ? null
                                            : view.container(name, now).json())));
        }
        return present;
    }

    private boolean isSelected(StreamChange event, Map<ContainerName, Present> present) {
        boolean isOfContainer = filter.container() == null || filter.container().equals(event.container());
        Present container = event.container() == null ? null : present.get(event.container());
        return isOfContainer && filter.admitsOfContainer(event, container == null ? null : container.traits);
    }

    private Optional<StreamChange> change(ContainerName name, Map<ContainerName, Present> present) {
        Present container = present.get(name);
        if (container == null) {
            return Optional.empty();
        }
        boolean isOther = filter.isSelective() || container.traits != null;
        return Optional.of(
                filter.matches(container.traits) || !isOther ? container.change : new StreamChange.Deselection(name));
    }
}
