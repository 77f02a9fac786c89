package io.hatchery.config;

import io.hatchery.bus.BusException;
import io.hatchery.bus.Message;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.HostName;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Evaluates a container again after an input of its evaluation changed. */
final class ContainerReview {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerReview.class);

    private final Clock clock;
    private final FleetViews views;
    private final FleetSnapshot fleet;
    private final PlanExecution plans;
    private final Rollbacks rollbacks;
    private final SpecsAudit audit;
    private final EvaluationMessages writing;

    ContainerReview(
            Clock clock,
            FleetViews views,
            FleetSnapshot fleet,
            PlanExecution plans,
            Rollbacks rollbacks,
            SpecsAudit audit,
            EvaluationMessages writing) {
        this.clock = clock;
        this.views = views;
        this.fleet = fleet;
        this.plans = plans;
        this.rollbacks = rollbacks;
        this.audit = audit;
        this.writing = writing;
    }

    /** Reviews a container; a failure affects only this container. */
    List<Message> review(Evaluation before) {
        var messages = new ArrayList<Message>();
        try {
            release(before, messages);
            again(latest(before), messages);
            repeat(latest(before), messages);
        } catch (KafkaException | BusException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("container {} cannot be evaluated again", before.container(), e);
            Evaluation now = latest(before);
            EvaluationPlan failed = EvaluationPlanner.broken(now);
            if (!failed.evaluation().equals(now)) {
                messages.addAll(plans.execute(failed, now, clock.instant()));
            }
        }
        return messages;
    }

    private Evaluation latest(Evaluation before) {
        Evaluation now = views.evaluation(before.container());
        return now == null ? before : now;
    }

    private void release(Evaluation before, List<Message> messages) {
        if (before.releasingHost() != null && isReleased(before.container(), before.releasingHost())) {
            messages.addAll(plans.execute(RemovalPlanner.release(before), before, clock.instant()));
        } else if (before.isPublished() && before.spec() != null) {
            messages.addAll(publishAgain(before.spec()));
        }
        if (latest(before).releasingHost() == null) {
            views.confirmations().settle(before.container());
        }
    }

    private void again(Evaluation before, List<Message> messages) {
        if (before.definition() != null) {
            EvaluationPlan again = EvaluationPlanner.again(before, before.definition(), views.evaluator(), fleet);
            EvaluationPlan plan = again.evaluation().equals(before)
                    ? again
                    : EvaluationPlanner.within(Evaluation.MAX_BYTES, again, before);
            if (!plan.evaluation().equals(before)) {
                messages.addAll(plans.execute(plan, before, clock.instant()));
            }
        }
        messages.addAll(rollbacks.follow(latest(before), clock.instant()));
    }

    /**
     * The records that are published again for a container: an open removal before its tombstone expires, and specs and removals that
     * a host has lost.
     */
    private void repeat(Evaluation evaluation, List<Message> messages) {
        Map<HostName, Boolean> sightless = audit.take(evaluation.container());
        Instant now = clock.instant();
        Evaluation.ReleasingHost releasingHost = evaluation.releasingHost();
        boolean isLost = releasingHost != null && sightless.containsKey(releasingHost.host());
        if (releasingHost != null && (isLost || SpecsAudit.isToBeRepeated(releasingHost, now))) {
            Evaluation again = RemovalPlanner.repeat(evaluation, releasingHost, now);
            views.putRepeated(again);
            messages.add(writing.evaluation(again));
            messages.add(writing.removal(releasingHost, again.container()));
        }
        ContainerSpec spec = evaluation.spec();
        sightless.forEach((host, mayRemove) -> {
            if (evaluation.isPublished() && spec != null && spec.host().equals(host)) {
                messages.add(writing.spec(spec));
            } else if (mayRemove
                    && (releasingHost == null || !releasingHost.host().equals(host))) {
                messages.add(writing.removal(SpecsAudit.vanished(host, evaluation), evaluation.container()));
            }
        });
    }

    /**
     * A previous host may confirm a removal once more, and its tombstone hides the status of the present host: the present host gets
     * the spec again and publishes its status again.
     */
    private List<Message> publishAgain(ContainerSpec spec) {
        String source = views.confirmations().takeLastSource(spec.name());
        return source == null || source.equals("/runner/" + spec.host()) ? List.of() : List.of(writing.spec(spec));
    }

    /** Whether the host has the container by its status, or never had it, in which case no host read the spec. */
    private boolean isReleased(ContainerName container, Evaluation.ReleasingHost releasingHost) {
        return views.confirmations().isConfirmed(container, releasingHost.operation(), releasingHost.host())
                || !views.hosts().isHeardOf(releasingHost.host());
    }
}
