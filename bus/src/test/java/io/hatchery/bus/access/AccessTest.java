package io.hatchery.bus.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.broker.BrokerConfig;
import io.hatchery.broker.Credentials;
import io.hatchery.broker.EmbeddedBroker;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.bus.TopicIds;
import io.hatchery.bus.TopicSetup;
import io.hatchery.bus.scram.ScramProvider;
import io.hatchery.protocol.Groups;
import io.hatchery.protocol.Topic;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.access.AccessTable;
import io.hatchery.protocol.access.Grant;
import io.hatchery.protocol.access.Grant.KafkaOperation;
import io.hatchery.protocol.access.Grant.KafkaResource;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights of users on a real broker: what the table grants works, and nothing else does. */
@Tag("kafka")
class AccessTest {
    private static final HostName H1 = new HostName("h1");
    private static final HostName H10 = new HostName("h10");
    private static final List<HostName> HOSTS = List.of(H1, H10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] KEY = {'k'};

    @TempDir
    static Path data;

    private static EmbeddedBroker broker;
    private static Map<String, String> administrator;
    private static final List<Topic> ALL = new ArrayList<>(Topics.ofTheFleet());

    @BeforeAll
    static void start() throws Exception {
        ScramProvider.install();
        var credentials = Credentials.create();
        int[] ports = freePorts();
        broker = EmbeddedBroker.start(BrokerConfig.onLoopback(data, ports[0], ports[1]), credentials, Map.of());
        administrator = credentials.clientProperties(broker.bootstrap());
        HOSTS.forEach(host -> ALL.addAll(Topics.of(host)));
        try (var topics = new TopicSetup(bus(administrator))) {
            topics.ensure(ALL);
        }
    }

    private static int[] freePorts() throws IOException {
        try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new int[] {first.getLocalPort(), second.getLocalPort()};
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static BusConfig bus(Map<String, String> client) {
        return new BusConfig(client, 1, (short) 1);
    }

    private static Map<String, String> user(Principal principal) {
        KafkaUser user = KafkaUser.withNewPassword(principal.user());
        try (var setup = new AccessSetup(bus(administrator))) {
            setup.put(List.of(user));
            setup.grant(Map.of(user.name(), AccessTable.of(principal, HOSTS)));
        }
        return user.clientProperties(administrator);
    }

    private static boolean isAllowed(Callable<?> action) throws Exception {
        try {
            action.call();
            return true;
        } catch (AuthorizationException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return false;
            }
            throw e;
        }
    }

    private static void done(Future<?> future) throws Exception {
        future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Every operation on a topic that Kafka has, by a name for messages, and what the table must grant for it; null if nothing does. */
    private record Attempt(String name, KafkaOperation needs, Callable<?> action) {}

    private static List<Attempt> attempts(Clients clients, String topic) {
        var partition = new TopicPartition(topic, 0);
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return List.of(
                new Attempt("read", KafkaOperation.READ, () -> {
                    clients.consumer.assign(List.of(partition));
                    clients.consumer.seekToBeginning(List.of(partition));
                    return clients.consumer.poll(Duration.ofMillis(1)).count()
                            + clients.consumer.position(partition, PATIENCE)
                            + clients.poll();
                }),
                new Attempt("write", KafkaOperation.WRITE, () -> {
                    done(clients.producer.send(new ProducerRecord<>(topic, 0, KEY, null)));
                    return null;
                }),
                new Attempt("settings", KafkaOperation.DESCRIBE_CONFIGS, () -> {
                    done(clients.admin.describeConfigs(List.of(resource)).all());
                    return null;
                }),
                new Attempt("alter settings", KafkaOperation.ALTER_CONFIGS, () -> {
                    done(clients.admin
                            .incrementalAlterConfigs(Map.of(
                                    resource,
                                    List.of(new AlterConfigOp(
                                            new ConfigEntry("max.message.bytes", "3000000"),
                                            AlterConfigOp.OpType.SET))))
                            .all());
                    return null;
                }),
                new Attempt("add partitions", null, () -> {
                    done(clients.admin
                            .createPartitions(Map.of(topic, NewPartitions.increaseTo(2)))
                            .all());
                    return null;
                }),
                new Attempt("delete records", null, () -> {
                    done(clients.admin
                            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(0)))
                            .all());
                    return null;
                }),
                new Attempt("delete", null, () -> {
                    done(clients.admin.deleteTopics(List.of(topic)).all());
                    return null;
                }));
    }

    /** The clients of one user. */
    private static final class Clients implements AutoCloseable {
        final Admin admin;
        final KafkaConsumer<byte[], byte[]> consumer;
        final KafkaProducer<byte[], byte[]> producer;

        Clients(Map<String, String> client) {
            BusConfig config = bus(client);
            admin = Admin.create(config.admin());
            consumer = new KafkaConsumer<>(config.consumer());
            producer = new KafkaProducer<>(config.producer(20_000));
        }

        /** Fetches once: a refused fetch shows at the next poll. */
        int poll() {
            int read = 0;
            for (int i = 0; i < 3; i++) {
                read += consumer.poll(Duration.ofMillis(100)).count();
            }
            return read;
        }

        @Override
        public void close() {
            admin.close();
            consumer.close();
            producer.close();
        }
    }

    private static void assertMatrix(Principal principal) throws Exception {
        List<Grant> grants = AccessTable.of(principal, HOSTS);
        var expected = new TreeMap<String, Boolean>();
        var actual = new TreeMap<String, Boolean>();
        Map<String, String> client = user(principal);
        for (Topic topic : ALL) {
            try (var clients = new Clients(client)) {
                for (Attempt attempt : attempts(clients, topic.name())) {
                    String what = attempt.name + " " + topic.name();
                    KafkaOperation needs = attempt.needs;
                    expected.put(
                            what,
                            needs != null
                                    && grants.stream()
                                            .anyMatch(grant -> grant.allows(needs, KafkaResource.TOPIC, topic.name())));
                    actual.put(what, isAllowed(attempt.action));
                }
            }
        }
        assertThat(actual).as(principal.user()).isEqualTo(expected);
    }

    @Test
    void runnerMayDoWhatTheTableSaysAndNothingElse() throws Exception {
        assertMatrix(new Principal.RunnerUser(H1));
    }

    @Test
    void gatewayMayDoWhatTheTableSaysAndNothingElse() throws Exception {
        assertMatrix(new Principal.GatewayUser("1"));
    }

    @Test
    void configServiceMayDoWhatTheTableSaysAndNothingElse() throws Exception {
        assertMatrix(new Principal.ConfigServiceUser("1"));
    }

    @Test
    void operatorMayDoWhatTheTableSaysAndNothingElse() throws Exception {
        assertMatrix(new Principal.OperatorUser("o", true, new TreeSet<>(List.of(H1))));
    }

    @Test
    void runnerMayDoNothingToTheClusterAndToOthers() throws Exception {
        Map<String, String> client = user(new Principal.RunnerUser(H1));
        try (var clients = new Clients(client)) {
            Admin admin = clients.admin;
            assertThat(isAllowed(() -> {
                        done(admin.createTopics(List.of(new NewTopic("hatchery.host.h2.specs", 1, (short) 1)))
                                .all());
                        return null;
                    }))
                    .isFalse();
            assertThat(isAllowed(() -> {
                        done(admin.createAcls(Acls.of(
                                        "hatchery-runner-h1",
                                        AccessTable.of(new Principal.RunnerUser(H10), HOSTS)
                                                .getFirst()))
                                .all());
                        return null;
                    }))
                    .isFalse();
            assertThat(isAllowed(() -> {
                        done(admin.describeAcls(AclBindingFilter.ANY).values());
                        return null;
                    }))
                    .isFalse();
            assertThat(isAllowed(() -> {
                        done(admin.describeUserScramCredentials().users());
                        return null;
                    }))
                    .isFalse();
            assertThat(admin.listTopics().names().get())
                    .containsExactlyInAnyOrder(
                            "hatchery.status",
                            "hatchery.events",
                            "hatchery.hosts",
                            "hatchery.deadletter",
                            "hatchery.host.h1.specs",
                            "hatchery.host.h1.commands",
                            "hatchery.host.h1.logs");
            assertThat(admin.listGroups().all().get())
                    .noneMatch(group -> !group.groupId().equals(Groups.ofRunner(H1)));
        }
    }

    @Test
    void runnerCommitsTheOffsetsOfItsOwnGroupOnly() throws Exception {
        Map<String, String> client = user(new Principal.RunnerUser(H1));
        var partition = new TopicPartition(Topics.commands(H1).name(), 0);
        for (String group : List.of(Groups.ofRunner(H1), Groups.ofRunner(H10), Groups.CONFIG, "other")) {
            var settings = new HashMap<>(bus(client).consumer());
            settings.put("group.id", group);
            try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
                assertThat(isAllowed(() -> {
                            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
                            return null;
                        }))
                        .as(group)
                        .isEqualTo(group.equals(Groups.ofRunner(H1)));
            }
        }
        var transactional = new HashMap<>(bus(client).producer(20_000));
        transactional.put("transactional.id", Groups.transactionalIdPrefix(Groups.CONFIG) + "1");
        try (var producer = new KafkaProducer<byte[], byte[]>(transactional)) {
            assertThat(isAllowed(() -> {
                        producer.initTransactions();
                        return null;
                    }))
                    .isFalse();
        }
    }

    @Test
    void missingTopicIsCreatedByConfigServiceAndAwaitedByTheRunner() {
        var host = new HostName("late");
        Map<String, String> runner = user(new Principal.RunnerUser(host));
        Map<String, String> config = user(new Principal.ConfigServiceUser("2"));
        try (var waiting = new TopicSetup(bus(runner));
                var creating = new TopicSetup(bus(config))) {
            assertThatThrownBy(() -> waiting.ensure(Topics.of(host)))
                    .isInstanceOf(BusException.class)
                    .hasMessageContaining(
                            "topic hatchery.host.late.specs does not exist, and this user may not create it");
            creating.ensure(Topics.of(host));
            waiting.ensure(Topics.of(host));
            waiting.ensure(Topics.sharedByRunners());
        }
    }

    /** Also those that it may neither read nor write. */
    @Test
    void configServiceSetsUpEveryTopicOfTheFleet() {
        try (var setup = new TopicSetup(bus(user(new Principal.ConfigServiceUser("3"))))) {
            setup.ensure(Topics.ofTheFleet());
        }
    }

    @Test
    void topicsWithoutRightsDoNotExistForAGateway() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var ids = new TopicIds(vertx, bus(user(new Principal.GatewayUser("ids"))))) {
            assertThat(ids.existing(List.of(
                                    Topics.commands(H1).name(),
                                    Topics.specs(H1).name(),
                                    "hatchery.host.other.commands"))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .containsOnlyKeys(Topics.commands(H1).name());
        } finally {
            var _ = vertx.close();
        }
    }

    @Test
    void unknownUserAndWrongPasswordAreRefused() {
        user(new Principal.GatewayUser("known"));
        for (String name : List.of("hatchery-gateway-known", "hatchery-gateway-unknown")) {
            Map<String, String> client = KafkaUser.withNewPassword(name).clientProperties(administrator);
            try (var topics = new TopicSetup(bus(client))) {
                assertThatThrownBy(topics::names)
                        .as(name)
                        .isInstanceOf(BusException.class)
                        .hasRootCauseInstanceOf(SaslAuthenticationException.class);
            }
        }
    }

    @Test
    void revokedUserIsRefusedOnAnOpenConnection() throws Exception {
        var principal = new Principal.RunnerUser(new HostName("gone"));
        Map<String, String> client = user(principal);
        try (var clients = new Clients(client);
                var setup = new AccessSetup(bus(administrator))) {
            Callable<?> write = () -> {
                done(clients.producer.send(new ProducerRecord<>(Topics.STATUS.name(), 0, KEY, null)));
                return null;
            };
            assertThat(isAllowed(write)).isTrue();
            assertThat(setup.revoke(principal.user())).isTrue();
            assertThat(isAllowed(write)).isFalse();
            assertThat(setup.users()).doesNotContain(principal.user());
            assertThat(setup.revoke(principal.user())).isFalse();
        }
    }

    @Test
    void grantsReplaceEarlierOnesOfTheSameUserOnly() {
        var few = new Principal.OperatorUser("few", false, new TreeSet<>(List.of(H1)));
        var more = new Principal.OperatorUser("few", false, new TreeSet<>(HOSTS));
        user(few);
        try (var setup = new AccessSetup(bus(administrator))) {
            assertThat(setup.grant(Map.of(more.user(), AccessTable.of(more, HOSTS))))
                    .isEqualTo(new AccessSetup.AclChanges(1, 0));
            assertThat(setup.grant(Map.of(more.user(), AccessTable.of(more, HOSTS))))
                    .isEqualTo(new AccessSetup.AclChanges(0, 0));
            assertThat(setup.grant(Map.of(few.user(), AccessTable.of(few, HOSTS))))
                    .isEqualTo(new AccessSetup.AclChanges(0, 1));
        }
    }
}
