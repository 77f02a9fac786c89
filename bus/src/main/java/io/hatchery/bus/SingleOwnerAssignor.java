package io.hatchery.bus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Gives all partitions to one member of a group, the others stand by: the member that owned them last, else the one with the
 * smallest instance id. Allocations across keys, such as the ports of a host, are then decided in one place, in order.
 */
public final class SingleOwnerAssignor implements ConsumerPartitionAssignor {
    private static final int NONE = -1;

    /** The generation in which this member was the owner; -1 if it is not. */
    private volatile int ownedIn = NONE;

    /** Made by the consumer, which takes it by its class name. */
    public SingleOwnerAssignor() {}

    @Override
    public String name() {
        return "hatchery-single-owner";
    }

    @Override
    public ByteBuffer subscriptionUserData(Set<String> topics) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(0, ownedIn);
    }

    @Override
    public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
        assigned(assignment, metadata.generationId());
    }

    void assigned(Assignment assignment, int generation) {
        ownedIn = assignment.partitions().isEmpty() ? NONE : generation;
    }

    @Override
    public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
        Map<String, Subscription> members = group.groupSubscription();
        String owner = members.keySet().stream()
                .min(Comparator.comparingInt((String member) -> -claim(members.get(member)))
                        .thenComparing(member -> instance(member, members.get(member)))
                        .thenComparing(member -> member))
                .orElse("");
        var assignments = new HashMap<String, Assignment>();
        members.forEach((member, subscription) -> assignments.put(
                member, new Assignment(member.equals(owner) ? partitions(cluster, subscription) : List.of())));
        return new GroupAssignment(assignments);
    }

    /** The generation in which a member claims that it was the owner: of two, the later one is right. */
    private static int claim(@Nullable Subscription subscription) {
        ByteBuffer data = subscription == null ? null : subscription.userData();
        return data == null || data.remaining() < Integer.BYTES ? NONE : data.getInt(data.position());
    }

    private static String instance(String member, @Nullable Subscription subscription) {
        return subscription == null ? member : subscription.groupInstanceId().orElse(member);
    }

    private static List<TopicPartition> partitions(Cluster cluster, Subscription subscription) {
        var partitions = new ArrayList<TopicPartition>();
        for (String topic : subscription.topics()) {
            Integer count = cluster.partitionCountForTopic(topic);
            for (int i = 0; i < (count == null ? 0 : count); i++) {
                partitions.add(new TopicPartition(topic, i));
            }
        }
        return partitions;
    }
}
