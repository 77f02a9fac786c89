package io.hatchery.gateway.http;

import io.hatchery.bus.BusRecord;
import io.hatchery.gateway.stream.Streams;
import io.hatchery.gateway.view.FleetView;
import io.hatchery.gateway.view.SubmittedOperations;
import java.util.function.BiConsumer;

/**
 * The fleet as the API serves it.
 *
 * @param view the fleet as folded from the topics
 * @param submitted the operations that requests are writing, over those of the view
 * @param streams the clients of the stream
 * @param log reads records of the past again
 * @param refused takes each record of the past that cannot be read, and the reason
 */
public record ServedFleet(
        FleetView view,
        SubmittedOperations submitted,
        Streams streams,
        Streams.Replay log,
        BiConsumer<BusRecord, Throwable> refused) {}
