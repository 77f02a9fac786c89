package io.hatchery.gateway.http;

import io.hatchery.bus.Publisher;
import io.hatchery.gateway.access.ApiPrincipal;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.protocol.Evaluation;
import io.hatchery.protocol.Headers;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Publishes definitions of containers and waits for their evaluation. */
final class DefinitionWriter {
    /** How long a request waits for config-service. */
    static final Duration EVALUATION_TIMEOUT = Duration.ofSeconds(10);

    private final ServedFleet fleet;
    private final Publisher publisher;
    private final ViewAwaiter waiting;
    private final DefinitionMessages messages;

    DefinitionWriter(ServedFleet fleet, Publisher publisher, ViewAwaiter waiting, Clock clock) {
        this.fleet = fleet;
        this.publisher = publisher;
        this.waiting = waiting;
        this.messages = new DefinitionMessages(clock);
    }

    /**
     * A definition that is to be written.
     *
     * @param definition without errors
     * @param expected the revision that is to be replaced
     * @param patience how long to wait for its system to be built
     */
    record DefinitionWrite(
            ApiPrincipal principal,
            ContainerName name,
            ContainerDefinition definition,
            Precondition expected,
            Duration patience) {}

    /**
     * A definition that may be written.
     *
     * @param expected the revision that is to be replaced
     * @param isNew whether there is no such container yet
     */
    record AdmittedWrite(DefinitionWrite write, Precondition expected, boolean isNew) {}

    /**
     * Decides whether a definition may be written.
     *
     * @param whole the whole fleet
     * @throws ApiProblem if it may not
     */
    static AdmittedWrite admit(FleetView whole, DefinitionWrite write) {
        Precondition expected =
                new ScopeGuard(whole, write.principal).define(write.name, write.definition, write.expected);
        return new AdmittedWrite(write, expected, !whole.isThere(write.name));
    }

    /** Writes a definition; completes with the status of the answer, or fails with an {@link ApiProblem}. */
    Future<Integer> write(DefinitionWrite write) {
        return fleet.readWhole(write.principal, whole -> admit(whole, write)).compose(this::write);
    }

    /** Writes a definition; completes with the status of the answer, or fails with an {@link ApiProblem}. */
    Future<Integer> write(AdmittedWrite admitted) {
        DefinitionWrite write = admitted.write;
        String id = UUID.randomUUID().toString();
        var message = messages.of(Topics.DEFINITIONS, write.name.value(), write.definition, id, write.principal)
                .with(Headers.IF_MATCH, admitted.expected.revision());
        return publisher
                .publish(message)
                .compose(position -> evaluated(write.name, position.offset(), write.patience)
                        .map(evaluated -> {
                            requireTaken(
                                    evaluated,
                                    position.offset(),
                                    admitted.expected,
                                    "the definition of " + write.name + " was not taken");
                            return status(write.name, position.offset(), evaluated, admitted.isNew);
                        }));
    }

    private Future<Optional<Evaluation>> evaluated(ContainerName name, long revision, Duration patience) {
        return waiting.evaluationOf(name, revision, EVALUATION_TIMEOUT)
                .compose(evaluated -> evaluated.isPresent() && isBuilding(evaluated.get(), revision)
                        ? waiting.built(name, revision, patience)
                        : Future.succeededFuture(evaluated));
    }

    private static boolean isBuilding(Evaluation evaluation, long revision) {
        return evaluation.revision() == revision && evaluation.state() == Evaluation.State.BUILDING;
    }

    private static int status(ContainerName name, long revision, Optional<Evaluation> evaluated, boolean isNew) {
        if (evaluated.isPresent()
                && evaluated.get().revision() == revision
                && evaluated.get().state() == Evaluation.State.FAILED) {
            throw new ApiProblem(
                    ProblemType.EVALUATION_FAILED,
                    "the definition of " + name + " is stored, but its evaluation failed; the last good spec, if"
                            + " any, stays in force",
                    evaluated.get().errors());
        }
        boolean isPending = evaluated.isEmpty() || isBuilding(evaluated.get(), revision);
        return isPending ? 202 : isNew ? 201 : 200;
    }

    /** Refuses a change that config-service refused. */
    static void requireTaken(Optional<Evaluation> evaluated, long revision, Precondition expected, String consequence) {
        evaluated
                .filter(evaluation -> evaluation.evaluatedRevision() == revision)
                .map(Evaluation::refusal)
                .ifPresent(refusal -> {
                    throw new ApiProblem(expected.refusal(), consequence + ": " + refusal);
                });
    }
}
