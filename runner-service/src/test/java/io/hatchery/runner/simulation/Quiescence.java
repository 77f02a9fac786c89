package io.hatchery.runner.simulation;

import io.hatchery.bus.BusRecord;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Outcome;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.Payload;
import io.hatchery.spec.RestartPolicy;
import io.hatchery.spec.json.UnreadableException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** What must be true once nothing has gone wrong for a while. */
final class Quiescence {
    private static final int REBOOT = 133;

    private final World world;
    private final SimulatedKafka kafka;
    private final InvariantChecker truth;
    private final List<SimulatedHost> hosts;
    private final boolean clocksAreRight;

    /**
     * @param clocksAreRight those of the config-services
     */
    Quiescence(World world, SimulatedKafka kafka, InvariantChecker truth, boolean clocksAreRight) {
        this.world = world;
        this.kafka = kafka;
        this.truth = truth;
        this.hosts = truth.hosts();
        this.clocksAreRight = clocksAreRight;
    }

    void check() {
        for (Order order : truth.owed()) {
            world.check(
                    truth.outcomes().of(order) != null || startsForEver(order.container),
                    () -> order.verb.word() + " " + order.id + " of " + order.container + " has no outcome");
        }
        var missing = truth.deadLetters().missing();
        world.check(missing.isEmpty(), () -> "not with the dead letters: " + missing);
        var evaluations = new Evaluations(world, kafka, truth.declared(), hosts, clocksAreRight);
        evaluations.check();
        for (ContainerName container : truth.declared().containers()) {
            ContainerSpec spec = evaluations.inForce(container);
            if (spec == null) {
                ContainerStatus status = latest(Topics.STATUS.name(), container, ContainerStatus.class);
                world.check(status == null, () -> "it is on no host and has a status: " + status);
            }
            for (SimulatedHost host : hosts) {
                if (spec != null && host.name().equals(spec.host())) {
                    check(container, host, spec, evaluations.isEvaluated(container));
                } else {
                    absent(container, host);
                }
            }
        }
    }

    private void absent(ContainerName container, SimulatedHost host) {
        ContainerSpec spec = latest(Topics.specs(host.name()).name(), container, ContainerSpec.class);
        world.check(spec == null, () -> "it is not to be on " + host.name() + ", which has " + spec);
        Run living = host.living(container);
        world.check(living == null, () -> "it is not to be on " + host.name() + " and lives: " + living);
        world.check(
                !host.cgroups.contains(container) || wasNotRemoved(container),
                () -> "it is not to be on " + host.name() + ", and its control group is there: " + container);
    }

    private void check(ContainerName container, SimulatedHost host, ContainerSpec evaluated, boolean isLast) {
        ContainerSpec spec = latest(Topics.specs(host.name()).name(), container, ContainerSpec.class);
        ContainerStatus status = latest(Topics.STATUS.name(), container, ContainerStatus.class);
        world.check(evaluated.equals(spec), () -> "its host has another spec than " + evaluated + ": " + spec);
        Run living = host.living(container);
        if (spec == null) {
            return;
        }
        if (status == null) {
            world.check(false, () -> "it has no status: " + spec);
            return;
        }
        world.check(
                status.host().equals(host.name()), () -> "it is on " + host.name() + ", and what is said is " + status);
        world.check(host.hasRunner(), () -> "no runner comes up on " + host.name());
        if (SimulatedSystems.hangs(spec)) {
            goesBack(spec, status, isLast);
        } else if (living == null) {
            resting(container, host, spec, status);
        } else {
            running(spec, status, living);
        }
    }

    /** A system that never gets ready is tried again and again, unless there is one to go back to. */
    private void goesBack(ContainerSpec spec, ContainerStatus status, boolean isLast) {
        boolean failed = status.phase() == Phase.FAILED || status.phase() == Phase.BACKOFF;
        ContainerSpec ready = readySince(spec.name(), status.ready());
        world.check(
                !isLast
                        || !failed
                        || !Boolean.TRUE.equals(spec.rollbackOnFailure())
                        || !spec.generation().equals(status.begun())
                        || ready == null
                        || !(ready.payload() instanceof Payload.SystemPath)
                        || ready.payload().equals(spec.payload()),
                () -> "it does not go back to " + ready + ": " + status + ", " + spec);
    }

    /** The spec that was ready last; null if there is none since the container was deleted last, since its systems go with it. */
    private @Nullable ContainerSpec readySince(ContainerName container, @Nullable Generation generation) {
        ContainerSpec ready = generation == null ? null : truth.spec(container, generation.value());
        return ready != null && truth.declared().of(container).descriptions.contains(ready.description())
                ? ready
                : null;
    }

    private boolean startsForEver(ContainerName container) {
        return truth.hosts().stream()
                .map(host -> host.living(container))
                .anyMatch(run -> run != null && mayStartForEver(run));
    }

    private boolean mayStartForEver(Run run) {
        return truth.hadEndlessStart(run.spec.name()) && (run.hangsAtStart || run.readinessLost);
    }

    private boolean wasNotRemoved(ContainerName container) {
        return truth.owed().stream()
                .filter(order -> order.container.equals(container) && order.verb == Verb.REMOVE)
                .map(truth.outcomes()::of)
                .anyMatch(event -> event != null && event.outcome() == Outcome.FAILED);
    }

    private void running(ContainerSpec spec, ContainerStatus status, Run living) {
        if (status.phase() == Phase.STARTING && mayStartForEver(living)) {
            return;
        }
        world.check(status.phase() == Phase.RUNNING, () -> "it runs, and is said to be " + status + ": " + living);
        world.check(living.isReady(), () -> "it never gets ready: " + living);
        world.check(
                Objects.equals(status.leader(), living.leader),
                () -> "its leader is another than " + status + ": " + living);
        boolean same = spec.environment().equals(living.spec.environment())
                && spec.readiness() == living.spec.readiness()
                && spec.payload().equals(living.spec.payload())
                && Objects.equals(spec.network(), living.spec.network());
        world.check(
                same
                        ? spec.generation().equals(status.generation())
                        : !spec.generation().equals(status.generation()),
                () -> "what is in force is not what is said: " + status + ", " + spec + ", " + living);
        world.check(
                status.outdated() != spec.generation().equals(status.generation()), () -> "not outdated so: " + status);
        world.check(
                same
                        || !spec.restartIfChanged()
                        || truth.intent(spec.host(), spec.name()).meant() != Intent.Meant.TO_RUN,
                () -> "it was changed and not restarted: " + status + ", " + spec + ", " + living);
        world.check(
                truth.intent(spec.host(), spec.name()).meant() != Intent.Meant.NOT_TO_RUN,
                () -> "it runs and was asked not to: " + status);
    }

    private void resting(ContainerName container, SimulatedHost host, ContainerSpec spec, ContainerStatus status) {
        world.check(
                status.phase() == Phase.STOPPED || status.phase() == Phase.FAILED,
                () -> "nothing lives, and it is said to be " + status);
        world.check(status.leader() == null, () -> "nothing lives, and it has a leader: " + status);
        String reason = String.valueOf(status.reason());
        boolean leftover = reason.contains("control group cannot be removed");
        // One that has not run yet is not to blame for what an earlier one of its name left.
        boolean ofAnEarlier = status.exit() == null && host.leftBehind.contains(container);
        world.check(
                leftover || ofAnEarlier || !host.cgroups.contains(container),
                () -> "nothing lives and its control group does: " + status);
        Optional<Run> last = host.runs.stream()
                .filter(run ->
                        run.spec.name().equals(container) && run.knownStatus() != null && run.askedAt >= host.bootedAt)
                .max(Comparator.comparingLong(run -> run.endedAt));
        Exit exit = status.exit();
        if (exit != null) {
            world.check(
                    last.isPresent()
                            && Integer.valueOf(exit.status()).equals(last.get().knownStatus()),
                    () -> "it ended otherwise: " + status + ", " + last);
        }
        if (truth.intent(host.name(), container).meant() == Intent.Meant.TO_RUN && !leftover) {
            boolean given = status.phase() == Phase.FAILED && truth.wasEver(container, RestartPolicy.NO);
            world.check(
                    given || last.isPresent() && mayStayDown(last.get(), spec),
                    () -> "it is meant to run and does not: " + status + ", " + spec + ", " + last);
        }
    }

    private static boolean mayStayDown(Run run, ContainerSpec now) {
        Integer status = run.knownStatus();
        boolean unasked = run.signalTriedAt == Run.NEVER && run.terminatedAt == Run.NEVER;
        return status != null
                && unasked
                && status != REBOOT
                && (staysDown(run.spec.restart(), status) || staysDown(now.restart(), status));
    }

    private static boolean staysDown(RestartPolicy policy, int status) {
        return switch (policy) {
            case ALWAYS -> false;
            case ON_FAILURE -> status == 0;
            case NO -> true;
        };
    }

    private <T> @Nullable T latest(String topic, ContainerName container, Class<T> type) {
        ConsumerRecord<byte[], byte[]> raw = kafka.latest(topic).get(container.value());
        if (raw == null || raw.value() == null) {
            return null;
        }
        try {
            return new BusRecord(raw).value(type);
        } catch (UnreadableException e) {
            throw new AssertionError(e);
        }
    }
}
