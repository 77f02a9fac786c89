package io.hatchery.bus;

import io.hatchery.protocol.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes sure that topics are there and kept as they must be. Blocks; not for an event loop. */
public final class TopicSetup implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final String CLEANUP = "cleanup.policy";

    private final Admin admin;
    private final BusConfig config;

    /** Connects lazily. */
    public TopicSetup(BusConfig config) {
        this.config = config;
        this.admin = Admin.create(config.admin());
    }

    /**
     * Creates those topics that are missing and checks the others.
     *
     * @throws BusException if the broker does not answer within a minute or refuses, or a topic is kept in another way
     */
    public void ensure(Collection<Topic> topics) {
        List<Topic> existing = create(topics);
        if (!existing.isEmpty()) {
            check(existing);
        }
    }

    private List<Topic> create(Collection<Topic> topics) {
        var created =
                admin.createTopics(topics.stream().map(this::newTopic).toList()).values();
        var existing = new ArrayList<Topic>();
        for (Topic topic : topics) {
            try {
                var future = created.get(topic.name());
                if (future != null) {
                    future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new BusException("cannot create topic " + topic.name(), e);
                }
                existing.add(topic);
            } catch (TimeoutException e) {
                throw new BusException("the broker at " + config.bootstrap() + " does not answer", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BusException("interrupted", e);
            }
        }
        return existing;
    }

    private void check(List<Topic> topics) {
        Map<ConfigResource, Config> found;
        try {
            found = admin.describeConfigs(
                            topics.stream().map(TopicSetup::resource).toList())
                    .all()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BusException("cannot read the topics' settings", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException("interrupted", e);
        }
        for (Topic topic : topics) {
            Config settings = found.get(resource(topic));
            String policy = settings == null ? null : settings.get(CLEANUP).value();
            String wanted = settings(topic).get(CLEANUP);
            if (!String.valueOf(wanted).equals(policy)) {
                throw new BusException("topic " + topic.name() + " has " + CLEANUP + "=" + policy + " where " + wanted
                        + " is needed, or records would be lost: alter it with kafka-configs");
            }
        }
    }

    private NewTopic newTopic(Topic topic) {
        return new NewTopic(topic.name(), topic.shared() ? config.partitions() : 1, config.replication())
                .configs(settings(topic));
    }

    private static Map<String, String> settings(Topic topic) {
        var settings = new TreeMap<String, String>();
        settings.put("max.message.bytes", "4194304");
        switch (topic.kept()) {
            case Topic.Kept.Compacted() -> settings.put(CLEANUP, "compact");
            case Topic.Kept.For(var time, long bytes) -> {
                settings.put(CLEANUP, "delete");
                settings.put("retention.ms", Long.toString(time.toMillis()));
                settings.put("retention.bytes", Long.toString(bytes));
            }
        }
        return settings;
    }

    private static ConfigResource resource(Topic topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }

    /** The names of all topics there are. */
    public Collection<String> names() {
        try {
            return admin.listTopics().names().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BusException("cannot list the topics", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusException("interrupted", e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
