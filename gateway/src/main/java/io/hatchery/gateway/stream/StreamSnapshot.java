package io.hatchery.gateway.stream;

import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.view.ContainerOrder;
import io.hatchery.gateway.view.ContainerPage;
import io.hatchery.gateway.view.ContainerPlace;
import io.hatchery.gateway.view.ContainerQuery;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.RenderedContainer;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostStatus;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client the fleet in one state of the database, a page at a time. The next page is read when the client has taken the last one.
 */
final class StreamSnapshot {
    /** So few that a page is read and written within a few milliseconds. */
    static final int PAGE = 100;

    /** A client that takes longer for its snapshot is closed: the log of the database grows as long as a state is held. */
    static final Duration LONGEST = Duration.ofMinutes(10);

    private final StreamSubscription client;
    private final Clock clock;
    private final Promise<StatePositions> done = Promise.promise();
    private FleetReader.@Nullable HeldState state;
    private Instant begun = Instant.MAX;

    /** Up to where a state has the records of the stream's topics, by topic and partition. */
    record StatePositions(Map<String, Map<Integer, Long>> next) {}

    private record SinglePage(String message, StatePositions positions) {}

    /**
     * Where a page begins: hosts come first.
     *
     * @param host after this one; null for the first
     * @param container behind that place; null for the first
     */
    private record PageStart(
            boolean areHostsSent,
            @Nullable HostName host,
            @Nullable ContainerPlace container) {}

    /** A page, and where the next one begins; null if it is the last. */
    private record Page(String message, @Nullable PageStart next) {}

    StreamSnapshot(StreamSubscription client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * Sends all pages.
     *
     * @return the positions up to which the snapshot has everything; never completes if the client leaves before
     */
    Future<StatePositions> send(FleetReader reader) {
        if (client.filter().container() != null) {
            return one(reader, client.filter().container());
        }
        client.onEnd(this::close);
        reader.hold().onFailure(done::tryFail).onSuccess(held -> {
            if (client.outgoing().isClosed()) {
                held.close();
                return;
            }
            state = held;
            begun = clock.instant();
            held.read(StreamSnapshot::positions)
                    .onFailure(done::tryFail)
                    .onSuccess(positions -> page(held, new PageStart(false, null, null), positions));
        });
        return done.future().onComplete(any -> close());
    }

    private void close() {
        if (state != null) {
            state.close();
            state = null;
        }
    }

    private static StatePositions positions(FleetView view) {
        return new StatePositions(view.positions(Streams.TOPICS));
    }

    private Future<StatePositions> one(FleetReader reader, ContainerName name) {
        Instant now = clock.instant();
        return reader.read(whole -> {
                    FleetView view = whole.seenBy(client.filter().principal());
                    List<RenderedContainer> container = Optional.of(name)
                            .filter(each -> client.filter().hasContainers())
                            .filter(each ->
                                    client.filter().matches(view.traits(each).orElse(null)))
                            .map(each -> view.container(each, now))
                            .stream()
                            .toList();
                    List<HostStatus> hosts = view
                            .hostOf(name)
                            .filter(host -> client.filter().types().contains(StreamType.HOST))
                            .flatMap(view::host)
                            .stream()
                            .map(host -> FleetView.resource(host, now))
                            .toList();
                    return new SinglePage(StreamMessages.snapshot(container, hosts), positions(view));
                })
                .map(page -> {
                    client.missed(page.message);
                    return page.positions;
                });
    }

    private void page(FleetReader.HeldState held, PageStart start, StatePositions positions) {
        if (client.outgoing().isClosed()) {
            return;
        }
        if (clock.instant().isAfter(begun.plus(LONGEST))) {
            done.tryFail(new IllegalStateException(
                    "the snapshot took more than " + LONGEST.toMinutes() + " minutes: read faster, or watch less"));
            return;
        }
        held.read(view -> page(view.seenBy(client.filter().principal()), start))
                .onFailure(done::tryFail)
                .onSuccess(page -> {
                    client.missed(page.message);
                    client.drained().onSuccess(taken -> {
                        if (page.next == null) {
                            done.tryComplete(positions);
                        } else {
                            page(held, page.next, positions);
                        }
                    });
                });
    }

    private Page page(FleetView view, PageStart start) {
        Instant now = clock.instant();
        List<Heartbeat> hosts = start.areHostsSent ? List.of() : hosts(view, start.host);
        if (hosts.size() == PAGE) {
            return new Page(
                    StreamMessages.snapshot(List.of(), resources(hosts, now)),
                    new PageStart(false, hosts.getLast().status().host(), null));
        }
        int room = PAGE - hosts.size();
        var query = new ContainerQuery(client.filter().ofFleet(), ContainerOrder.BY_NAME, start.container, room);
        ContainerPage page =
                client.filter().hasContainers() ? view.containers(query, now) : new ContainerPage(List.of(), null);
        return new Page(
                StreamMessages.snapshot(page.containers(), resources(hosts, now)),
                page.next() == null ? null : new PageStart(true, null, page.next()));
    }

    private List<Heartbeat> hosts(FleetView view, @Nullable HostName after) {
        if (!client.filter().types().contains(StreamType.HOST)) {
            return List.of();
        }
        HostName only = client.filter().host();
        return only == null
                ? view.hostsAfter(after).stream().limit(PAGE).toList()
                : view.host(only).stream().toList();
    }

    private static List<HostStatus> resources(List<Heartbeat> hosts, Instant now) {
        return hosts.stream().map(host -> FleetView.resource(host, now)).toList();
    }
}
