package io.hatchery.config;

import io.hatchery.bus.Message;
import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Applies plans to the views, and returns the records to publish. */
final class PlanExecution {
    private final FleetViews views;
    private final EvaluationMessages writing;
    private final Systems systems;
    private final Consumer<HostName> newHost;

    /**
     * @param newHost creates the topics of a host before they are written
     */
    PlanExecution(FleetViews views, EvaluationMessages writing, Systems systems, Consumer<HostName> newHost) {
        this.views = views;
        this.writing = writing;
        this.systems = systems;
        this.newHost = newHost;
    }

    /** Applies a plan and returns its records. */
    List<Message> execute(EvaluationPlan plan, @Nullable Evaluation before, Instant at) {
        Evaluation evaluation = plan.evaluation();
        List<Message> messages = writing.of(plan, before, at);
        if (evaluation.spec() != null) {
            newHost.accept(evaluation.spec().host());
        }
        views.put(evaluation, plan.json());
        if (evaluation.state() != Evaluation.State.BUILDING) {
            systems.forget(evaluation.container());
        }
        if (evaluation.releasingHost() != null) {
            views.review(List.of(evaluation.container())); // its host may be gone already
        }
        return messages;
    }
}
