package io.hatchery.runner.service;

import io.hatchery.bus.Bus;
import io.hatchery.bus.BusRecord;
import io.hatchery.bus.Follower;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.protocol.HostOwner;
import io.hatchery.protocol.HostStatus;
import io.hatchery.protocol.Topics;
import io.hatchery.runner.context.Timers;
import io.hatchery.spec.HostName;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This runner's claim to its host's name: made at start, watched for life, given up for good when another runner's claim wins.
 * Each heartbeat that is read back from the topic proves that nobody has taken the name over, and nobody does before three
 * intervals have passed without one: until then commands and specs are taken. All calls come on one context.
 */
final class HostOwnership {
    private static final Logger LOG = LoggerFactory.getLogger(HostOwnership.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    /** How many heartbeats may be on their way to the topic and back. */
    private static final int MAX_SENT = 16;

    private final HostName host;
    private final String runner = UUID.randomUUID().toString();
    private final String folder;
    private final Duration interval;
    private final Dependencies dependencies;
    private final Promise<Void> claimed = Promise.promise();
    private final Map<String, Duration> sent = new LinkedHashMap<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private Stage stage = Stage.READING;
    private HostClaims claims;
    private @Nullable Follower follower;
    private @Nullable HostOwner owner;
    private boolean beating;
    private long beats;
    private int watches;
    private Duration lastSent = Duration.ZERO;
    private Duration certainUntil = Duration.ZERO;
    private Duration lastLooked = Duration.ZERO;
    private @Nullable Duration suspended;

    private enum Stage {
        READING,
        WATCHING,
        CLAIMING,
        OWNING,
        GIVEN_UP
    }

    /** Writes the host's heartbeat. */
    interface Heartbeats {
        /**
         * Writes one, or none if the broker is away.
         *
         * @param id its {@code ce_id}
         */
        void publish(HostStatus.Availability state, HostOwner owner, String id);
    }

    /**
     * What it needs of the runner that it is part of.
     *
     * @param bus where heartbeats are read
     * @param timers calls back
     * @param sinceBoot the time since the host's boot, suspended time included
     * @param heartbeats writes them
     * @param onLoss is called once, when another runner holds the name
     */
    record Dependencies(
            Bus bus, Timers timers, Supplier<Duration> sinceBoot, Heartbeats heartbeats, Handler<Throwable> onLoss) {}

    /**
     * Claims nothing yet.
     *
     * @param interval the time between two heartbeats
     * @param folder identifies the runtime folder since the host's boot
     */
    HostOwnership(HostName host, Duration interval, String folder, Dependencies dependencies) {
        this.host = host;
        this.interval = interval;
        this.folder = folder;
        this.dependencies = dependencies;
        this.claims = HostClaims.none(host);
    }

    /** Begins to follow the hosts' topic; completes when it is read to its end. May be tried again after it failed. */
    Future<Void> follow() {
        claims = HostClaims.none(host);
        Follower added = dependencies.bus.follower("hosts", this::take, dependencies.onLoss);
        follower = added;
        return added.follow(List.of(Topics.HOSTS.name()))
                .recover(e -> added.close().compose(closed -> Future.failedFuture(e)));
    }

    /**
     * Claims the name, once it is free.
     *
     * @return completes when the name is this runner's; fails if another runner that holds it is alive
     */
    Future<Void> claim() {
        decide();
        return claimed.future();
    }

    private void decide() {
        if (claims.isFree(folder)) {
            beginClaim();
        } else {
            LOG.info("{}; waiting whether it is alive", text("another runner may hold host", claims.holder()));
            stage = Stage.WATCHING;
            watch(++watches, 0);
        }
    }

    /** After each interval without a heartbeat of the holder: nothing counts while the broker is away, for anybody. */
    private void watch(int number, int silent) {
        if (stage != Stage.WATCHING || number != watches) {
            return;
        }
        if (silent == HostClaims.MISSED) {
            beginClaim();
            return;
        }
        Heartbeat holder = claims.holder();
        Duration pause =
                holder == null ? interval : Duration.ofSeconds(holder.status().interval());
        later(pause, () -> {
            Duration asked = now();
            caughtUp().onComplete(read -> {
                boolean isProof = read.succeeded() && now().minus(asked).compareTo(pause) <= 0;
                watch(number, isProof ? silent + 1 : 0);
            });
        });
    }

    private Future<Void> caughtUp() {
        return follower == null ? Future.failedFuture("the hosts' topic is not followed") : follower.catchUp();
    }

    private void beginClaim() {
        owner = new HostOwner(claims.nextEpoch(), runner, folder);
        stage = Stage.CLAIMING;
        if (beating) {
            publishHeartbeat();
        } else {
            beating = true;
            beatForLife();
        }
    }

    private void beatForLife() {
        if (stage != Stage.GIVEN_UP) {
            publishHeartbeat();
            later(interval, this::beatForLife);
        }
    }

    private void publishHeartbeat() {
        HostOwner mine = owner;
        if (mine != null && (stage == Stage.CLAIMING || stage == Stage.OWNING)) {
            isSuspicious();
            lastSent = now();
            String id = runner + "/" + beats++;
            sent.put(id, lastSent);
            if (sent.size() > MAX_SENT) {
                sent.remove(sent.keySet().iterator().next());
            }
            dependencies.heartbeats.publish(HostStatus.Availability.READY, mine, id);
        }
    }

    private void take(BusRecord record) {
        HostClaims before = claims;
        claims = claims.after(record);
        Heartbeat holder = claims.holder();
        boolean isNew = !Objects.equals(holder, before.holder());
        switch (stage) {
            case READING, GIVEN_UP -> {}
            case WATCHING -> {
                if (claims.isFree(folder)) {
                    beginClaim();
                } else if (isNew) {
                    giveUp(holder);
                }
            }
            case CLAIMING -> {
                HostOwner mine = owner;
                if (claims.isHeldBy(runner)) {
                    stage = Stage.OWNING;
                    LOG.info("this runner owns host {} with epoch {}", host, mine == null ? 0 : mine.epoch());
                    prove(record);
                    claimed.tryComplete();
                } else if (mine != null && claims.nextEpoch() > mine.epoch()) {
                    decide(); // another claim with this epoch came first
                }
            }
            case OWNING -> {
                if (holder == null) {
                    publishHeartbeat(); // its record was deleted, and it is there
                } else if (!claims.isHeldBy(runner)) {
                    giveUp(holder);
                } else {
                    prove(record);
                }
            }
        }
    }

    /** One of its own heartbeats is on the topic, and no other claim before it. */
    private void prove(BusRecord record) {
        Duration at = sent.remove(record.id());
        if (at == null) {
            return;
        }
        certainUntil = at.plus(interval.multipliedBy(HostClaims.MISSED));
        if (suspended != null && at.compareTo(suspended) >= 0) {
            LOG.info("this runner still holds host {}, and goes on", host);
            suspended = null;
        }
        while (isCertain() && !waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    private void giveUp(@Nullable Heartbeat holder) {
        boolean isClaimed = claimed.future().isComplete();
        stage = Stage.GIVEN_UP;
        waiting.clear();
        var refusal = new IllegalStateException(text("another runner holds host", holder)
                + (isClaimed
                        ? ". This one gives up, its containers run on"
                        : ". Stop that one first, or give this one another host name"));
        if (!claimed.tryFail(refusal)) {
            dependencies.onLoss.handle(refusal);
        }
    }

    private String text(String what, @Nullable Heartbeat holder) {
        return what + " " + host
                + (holder == null
                        ? ""
                        : ": pid " + holder.status().pid() + " on machine "
                                + holder.status().machineId() + " with runtime folder "
                                + holder.status().runtime() + ", heard of at " + holder.appended());
    }

    /** Whether it is certain that no other runner has taken the name over yet. */
    boolean isCertain() {
        return stage == Stage.OWNING && now().compareTo(certainUntil) < 0;
    }

    /** Runs something as soon as that is certain, in the order of the calls; never if the name is given up. */
    void whenCertain(Runnable task) {
        if (waiting.isEmpty() && isCertain()) {
            task.run();
        } else if (stage != Stage.GIVEN_UP) {
            waiting.add(task);
            if (now().minus(lastSent).compareTo(SHORTEST_PAUSE) > 0) {
                publishHeartbeat();
            }
        }
    }

    /**
     * Whether containers may be acted on: not after the name is lost, and not after the host or this process was suspended for so
     * long that another runner may have taken over, until it is certain that none has. A broker that is away forbids nothing.
     */
    boolean mayAct() {
        return stage != Stage.GIVEN_UP && !isSuspicious();
    }

    private boolean isSuspicious() {
        Duration now = now();
        Duration gap = now.minus(lastLooked);
        lastLooked = now;
        if (stage == Stage.OWNING && gap.compareTo(interval.multipliedBy(HostClaims.MISSED)) > 0) {
            LOG.warn(
                    "this runner did not run for {} s: it goes on when it has read that no other runner took over host {}",
                    gap.toSeconds(),
                    host);
            suspended = now;
            publishHeartbeat();
        }
        return suspended != null;
    }

    /** Publishes that the host's runner ends, and takes nothing more. */
    void leave() {
        HostOwner mine = owner;
        if (mine != null && stage == Stage.OWNING) {
            dependencies.heartbeats.publish(HostStatus.Availability.AWAY, mine, runner + "/" + beats++);
        }
        stage = Stage.GIVEN_UP;
        waiting.clear();
    }

    /** Ends the reading of heartbeats. */
    Future<Void> close() {
        return follower == null ? Future.succeededFuture() : follower.close();
    }

    private Duration now() {
        return dependencies.sinceBoot.get();
    }

    private void later(Duration delay, Runnable task) {
        Runnable _ = dependencies.timers.later(delay, task);
    }
}
