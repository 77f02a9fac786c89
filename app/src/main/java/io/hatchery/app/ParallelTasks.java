package io.hatchery.app;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Runs the same action for many items at the same time. */
final class ParallelTasks {
    /** Maximum concurrency: each task is a request that the gateway may keep open. */
    static final int MOST = 64;

    private ParallelTasks() {}

    /**
     * The results in the order of the items.
     *
     * @param action called once per item; the first exception is thrown
     */
    static <T, R> List<R> map(List<T> items, Function<T, R> action) {
        var results = new ArrayList<R>();
        try (var threads = Executors.newFixedThreadPool(
                Math.clamp(items.size(), 1, MOST), Thread.ofVirtual().factory())) {
            List<Future<R>> running = items.stream()
                    .map(item -> threads.submit(() -> action.apply(item)))
                    .toList();
            for (Future<R> future : running) {
                results.add(future.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        }
        return results;
    }
}
