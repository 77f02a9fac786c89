package io.hatchery.config;

import io.hatchery.bus.Message;
import io.hatchery.config.system.Systems;
import io.hatchery.protocol.Evaluation;
import io.hatchery.spec.HostName;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts plans into force in memory, and gives what is to be written of them. */
final class PlanExecution {
    private final FleetViews views;
    private final EvaluationMessages writing;
    private final Systems systems;
    private final Consumer<HostName> newHost;

    /**
     * @param newHost makes sure that a host's topics exist before they are written to
     */
    PlanExecution(FleetViews views, EvaluationMessages writing, Systems systems, Consumer<HostName> newHost) {
        this.views = views;
        this.writing = writing;
        this.systems = systems;
        this.newHost = newHost;
    }

    /** What is written of a plan, which is in force in memory from now on. */
    List<Message> execute(EvaluationPlan plan, @Nullable Evaluation before, Instant at) {
        Evaluation evaluation = plan.evaluation();
        List<Message> messages = writing.of(plan, before, at);
        if (evaluation.spec() != null) {
            newHost.accept(evaluation.spec().host());
        }
        views.put(evaluation);
        if (evaluation.state() != Evaluation.State.BUILDING) {
            systems.forget(evaluation.container());
        }
        if (evaluation.releasingHost() != null) {
            views.review(List.of(evaluation.container())); // its host may be gone already
        }
        return messages;
    }
}
