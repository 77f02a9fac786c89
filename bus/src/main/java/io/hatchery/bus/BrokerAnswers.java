package io.hatchery.bus;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what a broker answers to an administrator. */
public final class BrokerAnswers {
    /** How long the broker has for an answer. */
    private static final long PATIENCE_SECONDS = 60;

    private BrokerAnswers() {}

    /**
     * The answer. Blocks for up to a minute; not for an event loop.
     *
     * @param action for the message, such as "create topics"
     * @param config of the connection, for the message
     * @throws BusException if the broker refuses or does not answer
     */
    public static <T> T await(Future<T> answer, String action, BusConfig config) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new BusException("cannot " + action, e);
        } catch (TimeoutException e) {
            throw new BusException(
                    "cannot " + action + ": the broker at " + config.bootstrap() + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException("interrupted", e);
        }
    }
}
