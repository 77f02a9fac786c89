package io.hatchery.config;

import io.hatchery.bus.BusException;
import io.hatchery.bus.TopicSetup;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that the topics of a host exist before they are written. Most do, since who enrolled the host created them: the topics of all hosts
 * are listed at once, and their settings are checked in batches beside the loop.
 */
final class HostTopics {
    private static final Logger LOG = LoggerFactory.getLogger(HostTopics.class);

    /** How many hosts are checked at once; the broker describes two topics for each. */
    private static final int HOSTS_AT_ONCE = 50;

    /** How often the topics are listed at most. */
    private static final Duration BETWEEN_LISTS = Duration.ofSeconds(10);

    private final TopicSetup setup;
    private final Set<HostName> existing = ConcurrentHashMap.newKeySet();
    private final Map<HostName, String> unusable = new ConcurrentHashMap<>();
    private long listed;

    HostTopics(TopicSetup setup) {
        this.setup = setup;
    }

    /** Lists the topics, so that those that were deleted are created again. Blocks. */
    void list() {
        Collection<String> names = Set.copyOf(setup.names());
        var found = new HashSet<HostName>();
        for (String name : names) {
            Topics.hostOfCommands(name)
                    .filter(host -> names.contains(Topics.specs(host).name()))
                    .ifPresent(found::add);
        }
        existing.retainAll(found);
        existing.addAll(found);
        listed = System.nanoTime();
    }

    /** Checks and corrects the settings of the topics that were listed. Blocks for as long as that takes. */
    void check() {
        List<HostName> hosts = List.copyOf(existing);
        for (int from = 0; from < hosts.size(); from += HOSTS_AT_ONCE) {
            List<HostName> some = hosts.subList(from, Math.min(hosts.size(), from + HOSTS_AT_ONCE));
            try {
                setup.ensure(topics(some));
            } catch (BusException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                LOG.warn("the topics of {} hosts are checked one by one: {}", some.size(), e.getMessage());
                some.forEach(this::checkOne);
            }
        }
    }

    private void checkOne(HostName host) {
        try {
            setup.ensure(Topics.of(host));
        } catch (BusException e) {
            if (!isTransient(e) && !Thread.currentThread().isInterrupted()) {
                LOG.error("the topics of host {} cannot be used: {}", host, e.getMessage());
                unusable.put(host, String.valueOf(e.getMessage()));
            }
        }
    }

    private static List<Topic> topics(List<HostName> hosts) {
        var topics = new ArrayList<Topic>();
        hosts.forEach(host -> topics.addAll(Topics.of(host)));
        return topics;
    }

    /**
     * Creates the topics of a host if they are missing. Blocks.
     *
     * @throws BusException if the broker does not answer
     * @throws IllegalStateException if the topics cannot be used; a retry does not help and must not delay the containers of other
     *     hosts
     */
    void require(HostName host) {
        String reason = unusable.get(host);
        if (reason != null) {
            throw new IllegalStateException("the topics of host " + host + " cannot be used: " + reason);
        }
        if (existing.contains(host)) {
            return;
        }
        if (System.nanoTime() - listed > BETWEEN_LISTS.toNanos()) {
            list();
        }
        if (!existing.contains(host)) {
            create(host);
            existing.add(host);
        }
    }

    private void create(HostName host) {
        try {
            setup.ensure(Topics.of(host));
        } catch (BusException e) {
            if (isTransient(e)) {
                throw e;
            }
            throw new IllegalStateException("the topics of host " + host + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean isTransient(BusException e) {
        Throwable cause = e.getCause();
        return cause != null
                && !(cause instanceof ExecutionException failed && !(failed.getCause() instanceof RetriableException));
    }
}
