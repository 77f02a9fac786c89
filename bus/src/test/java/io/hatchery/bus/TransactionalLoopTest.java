package io.hatchery.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Records that cannot be processed, answers that are too large, and failures of the loop. */
@Tag("kafka")
class TransactionalLoopTest extends LoopOnBroker {
    @Test
    void failedRecordGoesToTheDeadLettersAndTheNextIsProcessed() throws Exception {
        processing = record -> {
            switch (record.key()) {
                case "number" -> Long.parseLong("x");
                case "null" -> throw new NullPointerException("no host");
                case "deep" -> throw new StackOverflowError();
                default -> {}
            }
        };
        for (String key : List.of("number", "null", "deep", "good")) {
            define(key, Map.of());
        }
        loop("one");
        awaitProcessed("good");
        await().atMost(SOON).until(() -> reasons().size() == 3);
        Map<String, String> reasons = reasons();
        assertThat(reasons.get("number")).contains("For input string: \"x\"");
        assertThat(reasons.get("null")).contains("no host");
        assertThat(reasons.get("deep")).contains("nested too deeply");
        assertThat(failure.get()).isNull();
    }

    @Test
    void viewedRecordThatIsRefusedIsReportedOnceAcrossRestarts() throws Exception {
        write(Topics.PROFILES, null, "p1", "bad");
        write(Topics.PROFILES, null, "p2", "overflow");
        write(Topics.PROFILES, null, "p3", "good");
        for (String start : List.of("first", "second")) {
            TransactionalLoop loop = loop("one");
            define(start, Map.of());
            awaitProcessed(start);
            await().atMost(SOON).until(() -> reasons().size() == 2);
            loop.close();
        }
        write(Topics.PROFILES, null, "p4", "later");
        loop("one");
        await().atMost(SOON).until(() -> reasons().size() == 3);
        assertThat(reasons()).containsEntry("p1", "its text is bad").containsKeys("p2", "p4");
    }

    @Test
    void answerThatIsTooLargeIsRefusedAndTheNextIsWritten() throws Exception {
        define("before", Map.of());
        define("large", Map.of("size", "3000000"));
        define("after", Map.of());
        loop("one");
        awaitProcessed("after");
        await().atMost(SOON)
                .until(() -> read(Topics.EVALUATIONS).stream()
                        .map(BusRecord::key)
                        .toList()
                        .containsAll(List.of("before", "after")));
        assertThat(reasons()).hasSize(1);
        assertThat(reasons().get("large")).contains("has 3000", "at most");
        assertThat(read(Topics.EVALUATIONS)).hasSize(2);
    }

    @Test
    void reviewThatIsTooLargeIsReplacedByItsExplanationAndTheNextIsWritten() throws Exception {
        toReview.add(message(Topics.EVALUATIONS, "large", "x".repeat(3_000_000)));
        toReview.add(message(Topics.EVALUATIONS, "next", Map.of()));
        loop("one");
        await().atMost(SOON).until(() -> read(Topics.EVALUATIONS).size() == 2);
        assertThat(read(Topics.EVALUATIONS)).extracting(BusRecord::key).containsExactlyInAnyOrder("instead", "next");
        BusRecord instead = read(Topics.EVALUATIONS).stream()
                .filter(record -> record.key().equals("instead"))
                .findFirst()
                .orElseThrow();
        assertThat(new String(instead.raw().value(), StandardCharsets.UTF_8)).contains("has 3000", "at most");
        assertThat(failure.get()).isNull();
    }

    @Test
    void answerThatOnlyTheBrokerRefusesAsTooLargeIsIsolated() throws Exception {
        try (var admin = Admin.create(broker.config().admin())) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVALUATIONS.name());
            var limit = new ConfigEntry("max.message.bytes", "100000");
            admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(limit, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        for (String key : List.of("a", "b", "c")) {
            define(key, Map.of());
        }
        define("large", Map.of("size", "200000"));
        for (String key : List.of("d", "e", "f")) {
            define(key, Map.of());
        }
        loop("one");
        await().atMost(SOON).until(() -> read(Topics.EVALUATIONS).size() == 6);
        await().atMost(SOON).until(() -> reasons().size() == 1);
        assertThat(reasons().get("large")).contains("larger than the broker takes");
    }

    @Test
    void loopThatFailsRepeatedlyReportsItsFailure() throws Exception {
        var loop = new TransactionalLoop(
                broker.config(),
                plan("one"),
                () -> {
                    throw new IllegalArgumentException("on purpose");
                },
                () -> {},
                failure::set);
        loops.add(loop);
        await().atMost(SOON).until(() -> failure.get() != null);
        assertThat(failure.get()).hasMessageContaining("failed 10 times").hasMessageContaining("on purpose");
    }

    @Test
    void errorInTheLoopIsReportedAtOnce() {
        var reported = new CountDownLatch(1);
        var loop = new TransactionalLoop(
                broker.config(),
                plan("one"),
                () -> {
                    throw new NoClassDefFoundError("on purpose");
                },
                () -> {},
                e -> {
                    failure.set(e);
                    reported.countDown();
                });
        loops.add(loop);
        await().atMost(SOON).until(() -> reported.getCount() == 0);
        assertThat(failure.get()).isInstanceOf(NoClassDefFoundError.class);
    }
}
