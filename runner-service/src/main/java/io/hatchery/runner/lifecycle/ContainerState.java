package io.hatchery.runner.lifecycle;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Exit;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Via;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.SpecChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything a runner knows of a container.
 *
 * @param container which
 * @param host where
 * @param spec the newest; null if the host has none
 * @param life where it is in its life
 * @param since when it entered its phase
 * @param wanted the run intent: whether it is meant to run
 * @param relaunch whether a stop under way is one half of a restart that no command asked for
 * @param jobs accepted commands without outcome, in their order
 * @param removal what is to be removed once it has ended; null if nothing
 * @param restarts automatic restarts since it was last started or stable
 * @param runs how many runs there were since the host's boot
 * @param exit how it ended last; null if it never did
 * @param reason why it is where it is, if that is not plain; null otherwise
 * @param past what came of its runs since the host's boot; null if it never was begun
 * @param via who brought it there, if that was not the fleet; null otherwise
 */
public record ContainerState(
        ContainerName container,
        HostName host,
        @Nullable ContainerSpec spec,
        Life life,
        Instant since,
        boolean wanted,
        boolean relaunch,
        List<Job> jobs,
        @Nullable Removal removal,
        int restarts,
        long runs,
        @Nullable Exit exit,
        @Nullable String reason,
        @Nullable Past past,
        @Nullable Via via) {
    /**
     * What a removed spec leaves to do.
     *
     * @param root the container's root
     * @param purge whether the root goes as well
     */
    public record Removal(String root, boolean purge) {}

    /**
     * What came of runs.
     *
     * @param begun the spec of the last one whose processes were begun
     * @param ready the spec of the last one that was ready; null if none was
     */
    public record Past(Generation begun, @Nullable Generation ready) {}

    /** Keeps an immutable copy of the jobs. */
    public ContainerState {
        jobs = List.copyOf(jobs);
    }

    /** A container that the host has nothing of. */
    public static ContainerState absent(ContainerName container, HostName host, Instant now) {
        return new ContainerState(
                container,
                host,
                null,
                new Life.Resting(false),
                now,
                false,
                false,
                List.of(),
                null,
                0,
                0,
                null,
                null,
                null,
                null);
    }

    /**
     * A container of which nothing is remembered but the spec that it is of.
     *
     * @param run the last one that the host has anything of, of which nobody knows how far it came; 0 if there is none
     */
    public static ContainerState found(ContainerSpec spec, long run, Instant now) {
        ContainerState state = absent(spec.name(), spec.host(), now).withSpec(spec);
        return run == 0
                ? state.withReason("its journal was damaged and nothing of it runs: start it if it is to run")
                : state.withRuns(run)
                        .withWanted(true)
                        .withLife(new Life.Starting(run, spec, true, false, false, null, null), now);
    }

    /** Whether there is nothing to remember. */
    @JsonIgnore
    public boolean isAbsent() {
        return spec == null && removal == null && jobs.isEmpty() && life instanceof Life.Resting;
    }

    /** How operators call the stage it is in. */
    public Phase phase() {
        return spec == null && removal == null && life instanceof Life.Resting ? Phase.ABSENT : life.phase();
    }

    /** When something is due by itself; null if nothing is. */
    public @Nullable Instant due() {
        return Stream.concat(
                        Stream.ofNullable(life.due()),
                        jobs.stream().filter(job -> !job.begun()).map(Job::deadline))
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** What the fleet is told of it. */
    public ContainerStatus status() {
        ContainerSpec shown = life instanceof Life.Active active ? active.spec() : spec;
        Long leader = switch (life) {
            case Life.Starting starting -> starting.leader();
            case Life.Running running -> running.leader();
            case Life.Stopping stopping -> stopping.leader();
            default -> null;
        };
        SortedSet<String> restartFor = life instanceof Life.Active active
                        && spec != null
                        && spec.generation().isAfter(active.spec().generation())
                ? SpecChange.between(active.spec(), spec).restart()
                : null;
        return new ContainerStatus(
                container,
                host,
                phase(),
                shown == null ? null : shown.generation(),
                leader,
                since,
                exit,
                restarts,
                restartFor != null,
                restartFor,
                reason,
                life instanceof Life.Backoff backoff ? backoff.due() : null,
                past == null ? null : past.begun(),
                past == null ? null : past.ready(),
                via,
                null);
    }

    /** The same, by a clock that was set forward so much: what is due is due as long from now as it was. */
    public ContainerState shifted(Duration by) {
        return new ContainerState(
                container,
                host,
                spec,
                life.shifted(by),
                since.plus(by),
                wanted,
                relaunch,
                jobs,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                via);
    }

    ContainerState withLife(Life next, Instant now) {
        Instant entered = next.phase() == life.phase() ? since : now;
        return new ContainerState(
                container, host, spec, next, entered, wanted, relaunch, jobs, removal, restarts, runs, exit, reason,
                past, via);
    }

    ContainerState withSpec(@Nullable ContainerSpec next) {
        return new ContainerState(
                container, host, next, life, since, wanted, relaunch, jobs, removal, restarts, runs, exit, reason, past,
                via);
    }

    ContainerState withWanted(boolean next) {
        return new ContainerState(
                container,
                host,
                spec,
                life,
                since,
                next,
                relaunch && next,
                jobs,
                removal,
                restarts,
                runs,
                exit,
                reason,
                past,
                via);
    }

    ContainerState withRelaunch(boolean next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, next, jobs, removal, restarts, runs, exit, reason, past,
                via);
    }

    ContainerState withJobs(List<Job> next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, next, removal, restarts, runs, exit, reason, past,
                via);
    }

    ContainerState withRemoval(@Nullable Removal next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, next, restarts, runs, exit, reason, past,
                via);
    }

    ContainerState withRestarts(int next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, removal, next, runs, exit, reason, past,
                via);
    }

    ContainerState withRuns(long next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, removal, restarts, next, exit, reason, past,
                via);
    }

    ContainerState withExit(@Nullable Exit next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, removal, restarts, runs, next, reason, past,
                via);
    }

    ContainerState withReason(@Nullable String next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, removal, restarts, runs, exit, next, past,
                via);
    }

    ContainerState withVia(@Nullable Via next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, removal, restarts, runs, exit, reason, past,
                next);
    }

    ContainerState withBegun(Generation begun) {
        return withPast(new Past(begun, past == null ? null : past.ready()));
    }

    ContainerState withReady(Generation ready) {
        return withPast(new Past(ready, ready));
    }

    private ContainerState withPast(Past next) {
        return new ContainerState(
                container, host, spec, life, since, wanted, relaunch, jobs, removal, restarts, runs, exit, reason, next,
                via);
    }
}
