package io.hatchery.bus;

import static io.hatchery.bus.PublishingToBroker.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.spec.HostName;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kafka")
class TopicFollowerTest {
    private static final Topic STEADY = Topics.commands(new HostName("steady"));
    private static final Topic BAD = Topics.commands(new HostName("bad"));
    private static final Topic CHANGING = Topics.commands(new HostName("changing"));

    @TempDir
    static Path data;

    private static PublishingToBroker fixture;
    private static TestBroker broker;
    private static Vertx vertx;
    private static KafkaPublisher publisher;

    @BeforeAll
    static void start() throws Exception {
        fixture = new PublishingToBroker(data);
        broker = fixture.broker;
        vertx = fixture.vertx;
        publisher = fixture.publisher;
        fixture.create(STEADY);
    }

    @AfterAll
    static void stop() throws Exception {
        fixture.close();
    }

    private static void delete(Topic topic) throws Exception {
        try (var admin = Admin.create(broker.config().admin())) {
            admin.deleteTopics(List.of(topic.name())).all().get(30, TimeUnit.SECONDS);
        }
    }

    private static void publish(Topic topic, String key) throws Exception {
        done(publisher.publish(Message.of(topic.name(), key, Map.of(), null, "test", Instant.now())));
    }

    @Test
    void topicThatWasCreatedAnewIsFollowedFromItsStartAndADeletedOneDelaysNoOther() throws Exception {
        fixture.create(CHANGING);
        publish(CHANGING, "old");
        var seen = new CopyOnWriteArrayList<String>();
        var failures = new CopyOnWriteArrayList<Throwable>();
        var follower =
                new TopicFollower(vertx, broker.config(), "test", record -> seen.add(record.key()), failures::add);
        try (var ids = new TopicIds(vertx, broker.config())) {
            done(follower.followAnew(Map.of(STEADY.name(), 0L, CHANGING.name(), 0L)));
            done(follower.catchUp());
            assertThat(seen).containsExactly("old");
            var before = done(ids.existing(List.of(STEADY.name(), CHANGING.name(), "no.such.topic")));
            assertThat(before).containsOnlyKeys(STEADY.name(), CHANGING.name());

            delete(CHANGING);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !done(ids.existing(List.of(CHANGING.name()))).containsKey(CHANGING.name()));
            publish(STEADY, "meanwhile");
            await().atMost(Duration.ofSeconds(30)).until(() -> seen.contains("meanwhile"));

            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                fixture.create(CHANGING);
                return true;
            });
            assertThat(done(ids.existing(List.of(CHANGING.name()))).get(CHANGING.name()))
                    .isNotEqualTo(before.get(CHANGING.name()));
            for (String key : List.of("new0", "new1", "new2")) {
                publish(CHANGING, key);
            }
            done(follower.followAnew(Map.of(CHANGING.name(), 0L)));
            await().atMost(Duration.ofSeconds(30)).until(() -> seen.containsAll(List.of("new0", "new1", "new2")));

            done(follower.unfollow(List.of(CHANGING.name())));
            publish(CHANGING, "unseen");
            publish(STEADY, "last");
            await().atMost(Duration.ofSeconds(30)).until(() -> seen.contains("last"));
            assertThat(seen).doesNotContain("unseen");
        }
        assertThat(failures).isEmpty();
        done(follower.close());
    }

    @Test
    void handlerThatThrowsEndsTheReadingAloudAndRefusesFurtherCalls() throws Exception {
        fixture.create(BAD);
        publish(BAD, "bad");
        var failures = new CopyOnWriteArrayList<Throwable>();
        var follower = new TopicFollower(
                vertx,
                broker.config(),
                "test",
                record -> {
                    throw new IllegalArgumentException("on purpose");
                },
                failures::add);
        done(follower.followAnew(Map.of(BAD.name(), 0L)));
        await().atMost(Duration.ofSeconds(30)).until(() -> !failures.isEmpty());
        assertThat(failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure).hasRootCauseMessage("on purpose"));
        assertThatThrownBy(() -> done(follower.catchUp())).hasMessageContaining("has ended");
        done(follower.close());
    }
}
