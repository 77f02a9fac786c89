package io.hatchery.gateway.http;

import io.hatchery.gateway.logs.LogReadException;
import io.hatchery.gateway.logs.LogSink;
import io.hatchery.protocol.LogLine;
import io.hatchery.spec.json.Json;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a log as JSON lines, each part when the client has taken the one before. */
final class LogResponse implements LogSink {
    private static final Logger LOG = LoggerFactory.getLogger(LogResponse.class);
    private static final int PART_BYTES = 32 << 10;

    /** A client that takes nothing for so long is cut off. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Context context;
    private final RoutingContext request;
    private final HttpServerResponse response;
    private Buffer part = Buffer.buffer();
    /** Belongs to the context. */
    private Runnable closed = () -> {};

    LogResponse(Context context, RoutingContext request) {
        this.context = context;
        this.request = request;
        this.response = request.response();
        response.closeHandler(gone -> closed.run());
        response.endHandler(ended -> closed.run());
        response.exceptionHandler(e -> LOG.debug("a client of a log is gone: {}", e.getMessage()));
    }

    /** What to do when the connection is closed or the response has ended; replaces what was set before. */
    void onClosed(Runnable action) {
        closed = action;
        if (response.closed() || response.ended()) {
            action.run();
        }
    }

    /** Cuts the client off, since it may not read on: a clean end would mean that the log has ended. */
    void abort() {
        var _ = response.reset();
        request.request().connection().close();
    }

    @Override
    public void line(LogLine line) throws IOException {
        part.appendBytes(Json.bytes(line)).appendByte((byte) '\n');
        if (part.length() >= PART_BYTES) {
            write();
        }
    }

    @Override
    public void flush() throws IOException {
        if (part.length() == 0) {
            part.appendByte((byte) '\n');
        }
        write();
    }

    private void write() throws IOException {
        Buffer bytes = part;
        part = Buffer.buffer();
        Promise<Void> taken = Promise.promise();
        context.runOnContext(any -> {
            if (response.closed()) {
                taken.fail("the client is gone");
                return;
            }
            if (!response.headWritten()) {
                response.setChunked(true);
            }
            response.write(bytes).onComplete(taken);
        });
        try {
            taken.future().toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            context.runOnContext(any -> abort());
            throw new IOException("the client takes nothing for " + PATIENCE.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void end() {
        Buffer rest = part;
        context.runOnContext(any -> {
            if (!response.closed() && !response.ended()) {
                var _ = response.end(rest);
            }
        });
    }

    @Override
    public void fail(LogReadException reason) {
        context.runOnContext(any -> {
            if (response.closed() || response.ended()) {
                return;
            }
            if (response.headWritten()) {
                LOG.warn("a log that was being read ends early: {}", reason.getMessage());
                abort();
                return;
            }
            request.fail(problem(reason));
        });
    }

    private static ApiProblem problem(LogReadException reason) {
        ProblemType type = switch (reason.kind()) {
            case NO_CONTAINER -> ProblemType.NOT_FOUND;
            case PATTERN_TOO_SLOW -> ProblemType.INVALID_REQUEST;
            case BROKER -> ProblemType.BROKER_UNAVAILABLE;
            case INTERNAL -> ProblemType.INTERNAL_ERROR;
        };
        return new ApiProblem(type, String.valueOf(reason.getMessage()));
    }
}
