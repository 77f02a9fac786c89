package io.hatchery.bus;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.TopicSetting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that topics are there and kept as they must be. Blocks; not for an event loop. */
public final class TopicSetup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSetup.class);
    private static final String CLEANUP = "cleanup.policy";

    private final Admin admin;
    private final BusConfig config;

    /** Connects lazily. */
    public TopicSetup(BusConfig config) {
        this.config = config;
        this.admin = Admin.create(config.admin());
    }

    /**
     * Creates those topics that are missing, and checks and corrects the settings of the others. A user without the right to read settings
     * leaves them to one that has it.
     *
     * @throws BusException if the broker does not answer within a minute or refuses, a topic has another cleanup policy, or one is missing
     *     that this user may not create
     * @throws TopicMismatchException if a shared topic has fewer partitions than are configured
     */
    public void ensure(Collection<Topic> topics) {
        var existing = new ArrayList<Topic>();
        var missing = new ArrayList<Topic>();
        var described =
                admin.describeTopics(topics.stream().map(Topic::name).toList()).topicNameValues();
        for (Topic topic : topics) {
            boolean isThere = exists(topic, described.get(topic.name()));
            (isThere ? existing : missing).add(topic);
        }
        if (!missing.isEmpty()) {
            existing.addAll(create(missing));
        }
        if (!existing.isEmpty()) {
            correct(existing);
            Set<String> _ = grown(existing);
        }
    }

    private boolean exists(Topic topic, @Nullable Future<?> described) {
        try {
            if (described != null) {
                await(described, "describe topic " + topic.name());
            }
            return true;
        } catch (BusException e) {
            if (isCausedBy(e, UnknownTopicOrPartitionException.class)) {
                return false;
            }
            throw e;
        }
    }

    private static boolean isCausedBy(BusException e, Class<? extends Exception> type) {
        return e.getCause() instanceof ExecutionException failed && type.isInstance(failed.getCause());
    }

    /**
     * Counts the partitions of the shared topics among these.
     *
     * @return the warnings of those with more partitions than are configured: the ones beyond are not used
     * @throws BusException if the broker does not answer within a minute or refuses
     * @throws TopicMismatchException if one has fewer
     */
    public Set<String> grown(Collection<Topic> topics) {
        List<String> shared =
                topics.stream().filter(Topic::isShared).map(Topic::name).toList();
        var counts = new TreeMap<String, Integer>();
        await(admin.describeTopics(shared).allTopicNames(), "count the topics' partitions")
                .forEach((name, topic) -> counts.put(name, topic.partitions().size()));
        Set<String> grown = PartitionCounts.check(counts, config.partitions());
        grown.forEach(LOG::warn);
        return grown;
    }

    /** Creates topics, and returns those that another process has created meanwhile. */
    private List<Topic> create(Collection<Topic> topics) {
        var created =
                admin.createTopics(topics.stream().map(this::newTopic).toList()).values();
        var existing = new ArrayList<Topic>();
        for (Topic topic : topics) {
            var future = created.get(topic.name());
            if (future == null) {
                continue;
            }
            try {
                await(future, "create topic " + topic.name());
            } catch (BusException e) {
                if (isCausedBy(e, TopicAuthorizationException.class)) {
                    throw new BusException("topic " + topic.name() + " does not exist, and this user may not create it:"
                            + " start config-service, or run hatchery acls --apply for the host, which creates it");
                }
                if (!isCausedBy(e, TopicExistsException.class)) {
                    throw e;
                }
                existing.add(topic);
            }
        }
        return existing;
    }

    private void correct(List<Topic> topics) {
        Map<ConfigResource, Config> found;
        try {
            found = await(
                    admin.describeConfigs(
                                    topics.stream().map(TopicSetup::resource).toList())
                            .all(),
                    "read the topics' settings");
        } catch (BusException e) {
            if (isCausedBy(e, TopicAuthorizationException.class)) {
                LOG.debug("the settings of topics are left to config-service: {}", e.getMessage());
                return;
            }
            throw e;
        }
        var changes = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
        for (Topic topic : topics) {
            Config actual = found.get(resource(topic));
            if (actual != null) {
                List<TopicSetting> broken = broken(topic, actual);
                if (!broken.isEmpty()) {
                    LOG.info("topic {}: correcting {}", topic.name(), broken);
                    changes.put(
                            resource(topic),
                            broken.stream()
                                    .map(setting -> new AlterConfigOp(
                                            new ConfigEntry(setting.name(), setting.value()), OpType.SET))
                                    .toList());
                }
            }
        }
        if (!changes.isEmpty()) {
            await(
                    admin.incrementalAlterConfigs(changes).all(),
                    "correct the settings of the topics " + names(changes.keySet())
                            + " (docs/reference/topics.md lists them; an administrator may set them with kafka-configs)");
        }
    }

    private static List<String> names(Collection<ConfigResource> resources) {
        return resources.stream().map(ConfigResource::name).sorted().toList();
    }

    /** The settings that break their bound. */
    private static List<TopicSetting> broken(Topic topic, Config actual) {
        var broken = new ArrayList<TopicSetting>();
        for (TopicSetting setting : topic.settings()) {
            ConfigEntry entry = actual.get(setting.name());
            if (entry == null || setting.accepts(entry.value())) {
                continue;
            }
            if (setting.name().equals(CLEANUP)) {
                // Changing it would delete records at once, so that is left to an administrator.
                throw new BusException("topic " + topic.name() + " has " + CLEANUP + "=" + entry.value() + " where "
                        + setting.value() + " is required, otherwise records are lost: change it with kafka-configs");
            }
            broken.add(setting);
        }
        return broken;
    }

    private NewTopic newTopic(Topic topic) {
        var settings = new TreeMap<String, String>();
        topic.settings().forEach(setting -> settings.put(setting.name(), setting.value()));
        return new NewTopic(topic.name(), topic.isShared() ? config.partitions() : 1, config.replication())
                .configs(settings);
    }

    private <T> T await(Future<T> future, String action) {
        return BrokerAnswers.await(future, action, config);
    }

    private static ConfigResource resource(Topic topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }

    /** The names of all topics. */
    public Collection<String> names() {
        return await(admin.listTopics().names(), "list the topics");
    }

    @Override
    public void close() {
        admin.close();
    }
}
