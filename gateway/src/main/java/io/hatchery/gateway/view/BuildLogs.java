package io.hatchery.gateway.view;

import io.hatchery.protocol.ConsoleLines;
import io.hatchery.spec.ContainerName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last lines that evaluations and builds printed, by container. Thread-safe. */
public final class BuildLogs {
    private static final int MOST_LINES = 1000;
    /** A longer line is cut: 1,000 lines are 4 million characters at most. */
    private static final int LONGEST_LINE = 4000;
    /** How many containers' logs are kept; of more, the ones that were begun first are forgotten. */
    private static final int MOST_LOGS = 10_000;

    private final Map<ContainerName, Log> logs = new LinkedHashMap<>();

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

    synchronized void add(ConsoleLines printed) {
        Log log = logs.computeIfAbsent(printed.container(), name -> new Log());
        if (logs.size() > MOST_LOGS) {
            logs.remove(logs.keySet().iterator().next());
        }
        for (String line : printed.lines()) {
            log.lines.add(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…");
            log.next++;
            if (log.lines.size() > MOST_LINES) {
                log.lines.remove();
            }
        }
    }

    /** The containers with a log. */
    synchronized List<ContainerName> containers() {
        return List.copyOf(logs.keySet());
    }

    /** Forgets the log of a container. */
    synchronized void remove(ContainerName container) {
        logs.remove(container);
    }

    /** The output after that many lines, as far as it is kept. */
    public synchronized Part since(ContainerName container, long from) {
        Log log = logs.get(container);
        if (log == null) {
            return new Part(List.of(), 0);
        }
        long first = log.next - log.lines.size();
        return new Part(log.lines.stream().skip(Math.max(0, from - first)).toList(), log.next);
    }
}
