package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.json.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DefinitionChecksTest {
    private static final ContainerDefinition DEFINITION = new ContainerDefinition(Json.object());

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void definitionIsCheckedOnAWorkerAndNotOnTheEventLoop() throws Exception {
        var onLoop = new CompletableFuture<Boolean>();
        vertx.runOnContext(v -> new DefinitionChecks(vertx)
                .check(DEFINITION, definition -> {
                    onLoop.complete(Context.isOnEventLoopThread());
                    return List.of();
                })
                .onFailure(onLoop::completeExceptionally));
        assertThat(onLoop.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void definitionsBeyondTheBoundAreRefusedAndThoseAfterAreNot() throws Exception {
        var release = new CountDownLatch(1);
        var refused = new CompletableFuture<Throwable>();
        var after = new CompletableFuture<Boolean>();
        vertx.runOnContext(v -> {
            var checks = new DefinitionChecks(vertx);
            var pending = new ArrayList<Future<?>>();
            for (int i = 0; i < DefinitionChecks.MAX_PENDING; i++) {
                pending.add(checks.check(DEFINITION, definition -> {
                    await(release);
                    return List.of();
                }));
            }
            checks.check(DEFINITION, definition -> List.of()).onFailure(refused::complete);
            Future.all(pending)
                    .compose(all -> checks.check(DEFINITION, definition -> List.of()))
                    .onComplete(done -> after.complete(done.succeeded()));
        });
        assertThat(refused.get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        ApiProblem.class,
                        problem -> assertThat(problem.status()).isEqualTo(503));
        release.countDown();
        assertThat(after.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
