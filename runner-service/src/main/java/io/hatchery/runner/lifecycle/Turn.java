package io.hatchery.runner.lifecycle;

import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.FleetEvent;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Step;
import io.hatchery.protocol.StoppedBy;
import io.hatchery.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The state and effects of a step while it is being decided. */
final class Turn {
    final Instant now;
    private final List<Effect> effects = new ArrayList<>();
    ContainerState state;

    Turn(ContainerState state, Instant now) {
        this.state = state;
        this.now = now;
    }

    Transition done() {
        return new Transition(state, effects);
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    void live(Life next) {
        state = state.withLife(next, now);
    }

    void add(Job job) {
        var jobs = new ArrayList<>(state.jobs());
        jobs.add(job);
        state = state.withJobs(jobs);
    }

    void replace(Job before, Job after) {
        state = state.withJobs(state.jobs().stream()
                .map(job -> job.equals(before) ? after : job)
                .toList());
    }

    /** Notes a step of every job that has begun and that it concerns. */
    void step(String step, Predicate<Job> concerned) {
        eachBegun(concerned, job -> job.afterStep(step, now));
    }

    void stoppedBy(@Nullable StoppedBy how) {
        eachBegun(job -> job.verb() != Verb.START, job -> job.stoppedBy(how));
    }

    private void eachBegun(Predicate<Job> concerned, UnaryOperator<Job> change) {
        state = state.withJobs(state.jobs().stream()
                .map(job -> job.begun() && concerned.test(job) ? change.apply(job) : job)
                .toList());
    }

    /** Ends every job that it concerns. */
    void conclude(Predicate<Job> concerned, Outcome outcome, @Nullable String reason) {
        for (Job job : state.jobs()) {
            if (concerned.test(job)) {
                ended(job, outcome, reason);
            }
        }
        state = state.withJobs(state.jobs().stream().filter(concerned.negate()).toList());
    }

    /** Ends a command that never became a job. */
    void refuse(CommandId id, Verb verb, @Nullable String by, Instant submitted, String reason) {
        forgo(id, verb, by, submitted, Outcome.REJECTED, reason);
    }

    /** Ends a command that never became a job, with that outcome. */
    void forgo(CommandId id, Verb verb, @Nullable String by, Instant submitted, Outcome outcome, String reason) {
        ended(new Job(id, verb, by, submitted, null, null, false, null, List.of()), outcome, reason);
    }

    private void ended(Job job, Outcome outcome, @Nullable String reason) {
        List<Step> steps = job.afterStep(outcome.word(), now).steps();
        effect(new Effect.Publish(new FleetEvent.Ended(
                job.id(),
                job.verb(),
                state.container(),
                state.host(),
                job.by(),
                job.submitted(),
                outcome,
                reason,
                job.stoppedBy(),
                steps,
                now)));
    }
}
