package io.hatchery.protocol.access;

import io.hatchery.protocol.Topic;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a user may do with one resource of Kafka. READ and WRITE include the right to describe.
 *
 * @param name the name of the resource, or what its name begins with
 * @param isPrefix whether the name is a prefix; it then ends with a dot or a hyphen, so that {@code h1} is no prefix of {@code h10}
 * @param operations what is allowed
 */
public record Grant(KafkaResource resource, String name, boolean isPrefix, SortedSet<KafkaOperation> operations) {
    /** The kinds of resources, by the names that Kafka gives them. */
    public enum KafkaResource {
        /** A topic. */
        TOPIC,
        /** A consumer group. */
        GROUP,
        /** The id of a transactional producer. */
        TRANSACTIONAL_ID
    }

    /** The operations, by the names that Kafka gives them. */
    public enum KafkaOperation {
        /** Read records, or use a group and commit its offsets. */
        READ,
        /** Write records, or use a transactional id. */
        WRITE,
        /** See that a topic exists. The rights to read and to write include this. */
        DESCRIBE,
        /** Create a topic. */
        CREATE,
        /** Read the settings of a topic. */
        DESCRIBE_CONFIGS,
        /** Change the settings of a topic. */
        ALTER_CONFIGS
    }

    /** Keeps an immutable copy of the operations. */
    public Grant {
        operations = Collections.unmodifiableSortedSet(new TreeSet<>(operations));
    }

    static Grant on(Topic topic, KafkaOperation... operations) {
        return on(KafkaResource.TOPIC, topic.name(), operations);
    }

    static Grant on(KafkaResource resource, String name, KafkaOperation... operations) {
        return new Grant(resource, name, false, new TreeSet<>(List.of(operations)));
    }

    static Grant onPrefix(KafkaResource resource, String prefix, KafkaOperation... operations) {
        return new Grant(resource, prefix, true, new TreeSet<>(List.of(operations)));
    }

    /** Whether it allows an operation on the resource of that name. */
    public boolean allows(KafkaOperation operation, KafkaResource kind, String named) {
        return resource == kind
                && operations.contains(operation)
                && (isPrefix ? named.startsWith(name) : named.equals(name));
    }
}
