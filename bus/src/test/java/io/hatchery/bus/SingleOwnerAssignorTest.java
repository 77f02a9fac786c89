package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class SingleOwnerAssignorTest {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);
    private static final Cluster CLUSTER =
            new Cluster("c", List.of(new Node(1, "h", 1)), List.of(partition(0), partition(1)), Set.of(), Set.of());

    private final Map<String, SingleOwnerAssignor> members = new HashMap<>();

    private static PartitionInfo partition(int number) {
        return new PartitionInfo("t", number, null, new Node[0], new Node[0]);
    }

    private void join(String... instances) {
        Arrays.stream(instances).forEach(instance -> members.put(instance, new SingleOwnerAssignor()));
    }

    /** Rebalances, and returns the owner; all other members own nothing. */
    private String rebalance(int generation) {
        var subscriptions = new HashMap<String, Subscription>();
        members.forEach((instance, assignor) -> {
            var subscription = new Subscription(List.of("t"), assignor.subscriptionUserData(Set.of("t")));
            subscription.setGroupInstanceId(Optional.of(instance));
            subscriptions.put("member-" + instance, subscription);
        });
        var assigned = new SingleOwnerAssignor()
                .assign(CLUSTER, new GroupSubscription(subscriptions))
                .groupAssignment();
        String owner = "";
        for (var member : members.entrySet()) {
            Assignment assignment = assigned.get("member-" + member.getKey());
            member.getValue().assigned(assignment, generation);
            if (!assignment.partitions().isEmpty()) {
                assertThat(owner).isEmpty();
                assertThat(assignment.partitions()).containsExactly(FIRST, SECOND);
                owner = member.getKey();
            }
        }
        return owner;
    }

    @Test
    void smallestInstanceOwnsAllPartitionsFirst() {
        join("b", "a", "c");
        assertThat(rebalance(1)).isEqualTo("a");
    }

    @Test
    void ownerStaysTheOwner() {
        join("b");
        assertThat(rebalance(1)).isEqualTo("b");
        join("a");
        assertThat(rebalance(2)).isEqualTo("b");
        assertThat(rebalance(3)).isEqualTo("b");
        members.remove("b");
        assertThat(rebalance(4)).isEqualTo("a");
    }

    @Test
    void memberThatMissedARebalanceIsTheOwnerNoMore() {
        join("a");
        assertThat(rebalance(1)).isEqualTo("a");
        SingleOwnerAssignor paused = members.remove("a");
        join("b");
        assertThat(rebalance(2)).isEqualTo("b");
        members.put("a", paused);
        assertThat(rebalance(3)).isEqualTo("b");
    }
}
