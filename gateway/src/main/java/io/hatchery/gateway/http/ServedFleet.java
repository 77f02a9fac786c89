package io.hatchery.gateway.http;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.read.FleetReader;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.SubmittedOperations;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The fleet as the API serves it.
 *
 * @param reader reads the fleet as folded from the topics
 * @param submitted the operations that requests are writing, over those of the topics
 * @param streams the clients of the stream
 * @param log reads records of the past again
 * @param refused takes each record of the past that cannot be read, and the reason
 */
public record ServedFleet(
        FleetReader reader,
        SubmittedOperations submitted,
        Streams streams,
        Streams.Replay log,
        BiConsumer<BusRecord, Throwable> refused) {
    /** Answers a request with what the fleet shows. */
    void answer(RoutingContext request, Function<FleetView, Answer> query) {
        reader.read(query)
                .onSuccess(answer -> Responses.answer(request, answer))
                .onFailure(request::fail);
    }
}
