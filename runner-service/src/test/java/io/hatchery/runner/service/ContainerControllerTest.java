package io.hatchery.runner.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.protocol.Command;
import io.hatchery.protocol.CommandId;
import io.hatchery.protocol.ContainerStatus;
import io.hatchery.protocol.Phase;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.journal.Journal;
import io.hatchery.runner.lifecycle.ContainerState;
import io.hatchery.runner.lifecycle.Input;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import io.vertx.core.Promise;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order in which a step of the lifecycle takes effect. */
class ContainerControllerTest {
    private static final long RUN = 1;

    private final ContainerSpec spec = SpecsOfTests.with("{}");
    private final List<String> done = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private Promise<Void> outcomes = Promise.promise();
    private final StartGate gate = new StartGate(1);
    private ContainerController controller;

    /** Records what the controller does; the driver and the broker never answer. */
    private @Nullable Object context(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "clock" -> Clock.systemUTC();
            case "booted" -> Instant.EPOCH;
            case "mayAct" -> true;
            case "gate" -> gate;
            case "driver" ->
                proxy(Driver.class, (driver, called, with) -> Promise.promise().future());
            case "publish" -> Promise.promise().future();
            case "later" -> {
                timers.add((Runnable) arguments[1]);
                yield (Runnable) () -> {};
            }
            case "write" -> record("journal");
            case "recordOutcomes" -> {
                record("outcome");
                yield outcomes.future();
            }
            case "publishStatus" ->
                record(
                        arguments[1] instanceof ContainerStatus status
                                ? "status " + status.phase().word()
                                : "tombstone");
            case "endRemoval" -> record("removal ended");
            default -> null;
        };
    }

    private @Nullable Object record(String what) {
        done.add(what);
        return null;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @BeforeEach
    void starting() {
        controller = new ContainerController(
                proxy(ControllerContext.class, this::context),
                Journal.of(ContainerState.absent(spec.name(), spec.host(), Instant.now())));
        controller.post(new Input.SpecArrived(spec));
        command(Verb.START);
        controller.post(new Input.Prepared(RUN));
        controller.post(new Input.Spawned(RUN));
        done.clear();
        timers.clear();
    }

    private void command(Verb verb) {
        controller.post(new Input.CommandArrived(
                new CommandId(verb.word()), new Command(verb, spec.name(), null, null, null), Instant.now()));
    }

    @Test
    void statusDoesNotWaitForTheOutcomeToBeOnDisk() {
        controller.post(new Input.Ready(RUN));
        assertThat(done).containsExactly("journal", "status running", "outcome");
    }

    @Test
    void nextInputWaitsForTheOutcomeToBeOnDisk() {
        controller.post(new Input.Ready(RUN));
        command(Verb.STOP);
        assertThat(done).containsExactly("journal", "status running", "outcome");
        outcomes.complete();
        assertThat(done).containsExactly("journal", "status running", "outcome", "journal", "status stopping");
        assertThat(controller.state().phase()).isEqualTo(Phase.STOPPING);
    }

    @Test
    void outcomeThatCannotBeRecordedIsTriedAgain() {
        controller.post(new Input.Ready(RUN));
        timers.clear();
        Promise<Void> first = outcomes;
        outcomes = Promise.promise();
        first.fail(new IOException("input/output error"));
        List.copyOf(timers).forEach(Runnable::run);
        assertThat(done).containsExactly("journal", "status running", "outcome", "outcome");
        assertThat(controller.isIdle()).isFalse();
        outcomes.complete();
        assertThat(controller.isIdle()).isTrue();
    }

    private void remove(String id, long generation) {
        controller.post(new Input.SpecArrived(SpecsOfTests.with("{\"generation\": " + generation + "}")));
        controller.post(new Input.SpecRemoved(new CommandId(id), null, null, false, null, Instant.now()));
        controller.post(new Input.Removed(new Removal(spec.root(), false)));
    }

    @Test
    void tombstoneOfAnEarlierRemovalDoesNotEndALaterOneThatWaitsForTheDisk() {
        controller = new ContainerController(
                proxy(ControllerContext.class, this::context),
                Journal.of(ContainerState.absent(spec.name(), spec.host(), Instant.now())));
        remove("r1", 1);
        outcomes.complete();
        assertThat(done).endsWith("outcome", "tombstone");
        outcomes = Promise.promise();
        remove("r2", 2);
        done.clear();

        controller.withoutStatus(); // the broker has the tombstone of r1
        assertThat(done).isEmpty();
        outcomes.complete();
        assertThat(done).containsExactly("tombstone");
        controller.withoutStatus();
        assertThat(done).containsExactly("tombstone", "removal ended", "journal");
    }

    @Test
    void statusOfABriefCleanUpIsNotPublished() {
        controller.post(new Input.Ready(RUN));
        outcomes.complete();
        outcomes = Promise.promise();
        command(Verb.STOP);
        done.clear();
        timers.clear();
        controller.post(new Input.Exited(RUN, 0, Instant.now(), null, null));
        assertThat(done).containsExactly("journal");

        List<Runnable> pending = List.copyOf(timers);
        controller.post(new Input.CleanedUp(RUN));
        pending.forEach(Runnable::run);
        assertThat(done).containsExactly("journal", "journal", "status stopped", "outcome");
    }

    @Test
    void statusOfALongCleanUpIsPublished() {
        controller.post(new Input.Ready(RUN));
        outcomes.complete();
        outcomes = Promise.promise();
        command(Verb.STOP);
        done.clear();
        timers.clear();
        controller.post(new Input.Exited(RUN, 0, Instant.now(), null, null));
        List.copyOf(timers).forEach(Runnable::run);
        assertThat(done).containsExactly("journal", "status stopping");
    }
}
