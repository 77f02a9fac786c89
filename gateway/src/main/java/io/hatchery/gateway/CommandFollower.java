package io.hatchery.gateway;

import io.hatchery.bus.BusException;
import io.hatchery.bus.TopicFollower;
import io.hatchery.bus.TopicIds;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Set;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows hosts' commands topics as {@link CommandTopics} plans it. All calls come on one context. */
final class CommandFollower {
    private static final Logger LOG = LoggerFactory.getLogger(CommandFollower.class);

    private final TopicIds topicIds;
    private final TopicFollower follower;
    private final FleetFold fold;
    private final Clock clock;
    private final CommandTopics topics = new CommandTopics();
    private boolean looking;

    /** Follows none yet. */
    CommandFollower(TopicIds topicIds, TopicFollower follower, FleetFold fold, Clock clock) {
        this.topicIds = topicIds;
        this.follower = follower;
        this.fold = fold;
        this.clock = clock;
    }

    /**
     * Begins to follow those topics that exist by now, and leaves those that do not any more. One look is under way at a time.
     *
     * @param wanted the topics of all hosts
     * @return completes when that is done, also if it could not be: it is tried again at a later look
     */
    Future<Void> look(Collection<String> wanted) {
        Set<String> due = topics.due(wanted, clock.instant());
        if (looking || due.isEmpty()) {
            return Future.succeededFuture();
        }
        looking = true;
        return topicIds.existing(due)
                .compose(ids -> carryOut(topics.plan(wanted, due, ids, clock.instant()), ids))
                .recover(e -> {
                    LOG.warn("hosts' commands topics could not be checked: {}", e.getMessage());
                    return Future.succeededFuture();
                })
                .eventually(() -> {
                    looking = false;
                    return Future.succeededFuture();
                });
    }

    private Future<Void> followAnew(Collection<String> begin, SortedMap<String, String> ids) {
        var positions = new HashMap<String, Long>();
        begin.forEach(topic -> positions.put(topic, fold.position(topic, ids.getOrDefault(topic, ""))));
        // The id comes last: a record of the topic before is stored with the id before, which no restart trusts.
        return follower.followAnew(positions)
                .onSuccess(followed -> begin.forEach(topic -> fold.follow(topic, ids.getOrDefault(topic, ""))));
    }

    private Future<Void> carryOut(CommandTopics.FollowPlan plan, SortedMap<String, String> ids) {
        if (plan.isEmpty()) {
            return Future.succeededFuture();
        }
        return follower.unfollow(plan.end())
                .compose(left -> plan.begin().isEmpty() ? Future.succeededFuture() : followAnew(plan.begin(), ids))
                .map(begun -> {
                    topics.begun(plan.begin(), ids, clock.instant());
                    return (Void) null;
                })
                .recover(e -> {
                    Instant now = clock.instant();
                    topics.failed(plan.begin(), now);
                    LOG.warn("commands topics {} are not followed yet: {}", plan.begin(), e.getMessage());
                    return e instanceof BusException ? Future.succeededFuture() : Future.failedFuture(e);
                });
    }
}
