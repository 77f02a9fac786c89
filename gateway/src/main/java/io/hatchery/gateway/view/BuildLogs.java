package io.hatchery.gateway.view;

import io.hatchery.protocol.ConsoleLines;
import io.hatchery.spec.ContainerName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The last lines that evaluations and builds printed, by container. */
public final class BuildLogs {
    private static final int MOST_LINES = 1000;

    private final Map<ContainerName, Log> logs = new HashMap<>();

    /**
     * A part of a log.
     *
     * @param lines in their order
     * @param next counts every line there was: where the part after this one begins
     */
    public record Part(List<String> lines, long next) {}

    private static final class Log {
        private final Deque<String> lines = new ArrayDeque<>();
        private long next;
    }

    void add(ConsoleLines printed) {
        Log log = logs.computeIfAbsent(printed.container(), name -> new Log());
        for (String line : printed.lines()) {
            log.lines.add(line);
            log.next++;
            if (log.lines.size() > MOST_LINES) {
                log.lines.remove();
            }
        }
    }

    void remove(ContainerName container) {
        logs.remove(container);
    }

    /** What was printed since so many lines, as far as it is kept. */
    public Part since(ContainerName container, long from) {
        Log log = logs.get(container);
        if (log == null) {
            return new Part(List.of(), 0);
        }
        long first = log.next - log.lines.size();
        return new Part(log.lines.stream().skip(Math.max(0, from - first)).toList(), log.next);
    }
}
