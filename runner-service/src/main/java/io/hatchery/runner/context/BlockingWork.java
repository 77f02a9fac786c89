package io.hatchery.runner.context;

import io.vertx.core.Future;
import java.util.concurrent.Callable;

/** Does elsewhere what may block, several things at once and in no order, and answers on the context that is current at the call. */
@FunctionalInterface
public interface BlockingWork {
    /**
     * Begins a task.
     *
     * @return what it returned, or what it threw
     */
    <T> Future<T> begin(Callable<T> task);
}
