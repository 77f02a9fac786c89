package io.hatchery.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.gateway.view.FoldedFleet;
import io.hatchery.gateway.view.Operation;
import io.hatchery.protocol.CommandId;
import io.hatchery.spec.ContainerName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ViewAwaiterTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final ViewAwaiter waiting = new ViewAwaiter(vertx, new FoldedFleet().reader());

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** The future of a wait that begins on the context. */
    private Future<Optional<Operation>> begin(String id, Duration patience) {
        Promise<Optional<Operation>> ended = Promise.promise();
        context.runOnContext(begun -> waiting.outcome(new CommandId(id), new ContainerName("web"), patience)
                .onComplete(ended));
        return ended.future();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void requestsThatWaitAreBoundedAndAnExpiredWaitGivesItsPlaceBack() throws Exception {
        var expiring = begin("expiring", Duration.ofMillis(1));
        for (int i = 1; i < ViewAwaiter.MAX_WAITS; i++) {
            begin("id" + i, LONG);
        }
        assertThat(done(expiring)).isEmpty();
        var admitted = begin("admitted", LONG);
        var refused = begin("refused", LONG);
        assertThatThrownBy(() -> done(refused))
                .cause()
                .isInstanceOfSatisfying(
                        ApiProblem.class,
                        problem -> assertThat(problem.status()).isEqualTo(503));
        assertThat(admitted.isComplete()).isFalse();
    }
}
