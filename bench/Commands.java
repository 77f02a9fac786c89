import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.KafkaBus;
import io.hatchery.bus.Message;
import io.hatchery.bus.TopicSetup;
import io.hatchery.protocol.Command;
import io.hatchery.protocol.Topics;
import io.hatchery.protocol.Verb;
import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.host.ContainerPolicy;
import io.hatchery.runner.journal.FileDisk;
import io.hatchery.runner.logs.LogLimits;
import io.hatchery.runner.service.DriverSelection;
import io.hatchery.runner.service.HostIdentity;
import io.hatchery.runner.service.Runner;
import io.hatchery.runner.service.RunnerConfig;
import io.hatchery.runner.service.RunnerRunnerDependenciesBuilder;
import io.hatchery.runner.session.SessionOpener;
import io.hatchery.runner.session.SessionSettings;
import io.hatchery.runner.store.StoreSettings;
import io.hatchery.spec.ContainerDefinition;
import io.hatchery.spec.ContainerName;
import io.hatchery.spec.Generation;
import io.hatchery.spec.HostName;
import io.hatchery.spec.json.Json;
import io.hatchery.spec.option.EvaluationResult;
import io.hatchery.spec.option.Evaluator;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.LoggerFactory;

/** Commands per second of a real runner with a {@link NullDriver}. Arguments: those of bench/commands, after its folders. */
public final class Commands {
    private static final HostName HOST = new HostName("bench");
    private static final HostName COPY = new HostName("copy");
    private static final int PARTITIONS = 4;
    private static final double AIM = 0.5;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final BusConfig bus;
    private final int containers;
    private final List<ConsumerRecord<byte[], byte[]>> written = new ArrayList<>();

    private Commands(BusConfig bus, int containers) {
        this.bus = bus;
        this.containers = containers;
    }

    public static void main(String[] args) throws Exception {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        Path runtime = Path.of(args[2]);
        int commands = Integer.parseInt(args[3]);
        int containers = Integer.parseInt(args[4]);
        var options = Fleet.Options.of(new String[] {args[0], args[1], args[4], "1"});
        try (var services = new FleetServices(Path.of(args[0]), Path.of(args[1]), options)) {
            services.startBroker();
            var client = new TreeMap<String, String>();
            services.client().forEach((key, value) -> client.put((String) key, (String) value));
            var bench = new Commands(new BusConfig(client, PARTITIONS, (short) -1), containers);
            bench.run(runtime, Path.of(args[1]).resolve("runner"), commands);
        }
        System.exit(0);
    }

    private void run(Path runtime, Path data, int commands) throws Exception {
        try (var setup = new TopicSetup(bus)) {
            setup.ensure(Topics.ofTheFleet());
            setup.ensure(Topics.of(HOST));
            setup.ensure(Topics.of(COPY));
        }
        writeSpecs();
        var vertx = Vertx.vertx();
        Runner runner = start(vertx, runtime, data);
        runner.ready().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        double perSecond = measureRunner(commands);
        runner.stop().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        double raw = measureRaw(commands / 2);
        vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
        System.out.printf(
                "%,.0f commands/s, raw produce and consume of the same %,d records %,.0f commands/s: ratio %.2f, aim %.2f%n",
                perSecond, written.size(), raw, perSecond / raw, AIM);
    }

    private void writeSpecs() throws Exception {
        try (var producer = new KafkaProducer<byte[], byte[]>(bus.producer(60_000))) {
            for (int i = 0; i < containers; i++) {
                var name = new ContainerName(name(i));
                var definition = Json.read("{\"boot\":true,\"autoStart\":false}".getBytes(StandardCharsets.UTF_8), ContainerDefinition.class);
                if (!(Evaluator.evaluate(name, definition, Map.of()) instanceof EvaluationResult.Good good)) {
                    throw new IllegalStateException("the definition of the benchmark has errors");
                }
                var spec = good.at(HOST, Generation.FIRST);
                producer.send(Message.of(Topics.specs(HOST).name(), name.value(), spec, null, "/config-service/bench", Instant.now())
                        .toRecord(PARTITIONS));
            }
        }
    }

    private static String name(int container) {
        return "c-" + container;
    }

    private Runner start(Vertx vertx, Path runtime, Path data) throws Exception {
        var config = new RunnerConfig(
                HOST,
                new TreeMap<>(),
                bus,
                new RunnerConfig.RunnerFolders(runtime, data),
                new RunnerConfig.ContainerSettings(
                        DriverSelection.DIRECT,
                        ContainerPolicy.PRIVILEGED,
                        new StoreSettings(List.of(), List.of(), null, data),
                        1 << 20,
                        new LogLimits(1 << 18, 1 << 22, false),
                        Integer.MAX_VALUE,
                        new SessionSettings(Duration.ofMinutes(30), null)),
                Duration.ofSeconds(5),
                "bench");
        long begun = System.nanoTime();
        Context context = vertx.getOrCreateContext();
        var dependencies = RunnerRunnerDependenciesBuilder.builder()
                .clock(Clock.systemUTC())
                .uptime(() -> Duration.ofHours(1).plusNanos(System.nanoTime() - begun))
                .sinceBoot(() -> Duration.ofHours(1).plusNanos(System.nanoTime() - begun))
                .timers((delay, task) -> {
                    long timer = vertx.setTimer(Math.max(1, delay.toMillis()), id -> task.run());
                    return () -> vertx.cancelTimer(timer);
                })
                .bus(new KafkaBus(vertx, bus))
                .runtime(FileDisk.untilReboot(runtime))
                .data(FileDisk.durable(data, new BlockingWork() {
                    @Override
                    public <T> Future<T> begin(Callable<T> task) {
                        return vertx.executeBlocking(task, false);
                    }
                }))
                .facts(new HostIdentity("bench", "bench", 1L << 30))
                .driver(listener -> new NullDriver(context, listener))
                .cgroups("v2")
                .sessions(SessionOpener.NONE)
                .build();
        var created = new java.util.concurrent.CompletableFuture<Runner>();
        context.exceptionHandler(Throwable::printStackTrace);
        context.runOnContext(start -> {
            try {
                var runner = new Runner(config, dependencies, Throwable::printStackTrace);
                runner.start().onSuccess(started -> created.complete(runner)).onFailure(created::completeExceptionally);
            } catch (java.io.IOException e) {
                created.completeExceptionally(e);
            }
        });
        return created.get(1, TimeUnit.MINUTES);
    }

    /** Sends each container its next command after the outcome of its last one; returns the commands per second of the second half. */
    private double measureRunner(int commands) throws Exception {
        try (var producer = new KafkaProducer<byte[], byte[]>(bus.producer(60_000));
                var consumer = consumer(List.of(Topics.EVENTS.name(), Topics.STATUS.name(), Topics.commands(HOST).name()))) {
            consumer.seekToEnd(consumer.assignment());
            consumer.assignment().forEach(consumer::position);
            int sent = 0;
            for (; sent < containers; sent++) {
                send(producer, name(sent), Verb.START);
            }
            int ended = 0;
            long half = 0;
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (ended < commands) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    if (half > 0) {
                        written.add(record);
                    }
                    String value = record.value() == null ? "" : new String(record.value(), StandardCharsets.UTF_8);
                    if (record.topic().equals(Topics.EVENTS.name()) && value.contains("\"outcome\":")) {
                        if (!value.contains("\"outcome\":\"completed\"")) {
                            throw new IllegalStateException("a command did not succeed: " + value);
                        }
                        if (++ended == commands / 2) {
                            half = System.nanoTime();
                        }
                        if (sent < commands) {
                            sent++;
                            send(producer, new String(record.key(), StandardCharsets.UTF_8), value.contains("\"command\":\"start\"") ? Verb.STOP : Verb.START);
                        }
                    }
                }
                if (System.nanoTime() > until) {
                    throw new IllegalStateException(ended + " of " + commands + " commands ended in " + PATIENCE.toSeconds() + " s");
                }
            }
            return (commands - commands / 2) / ((System.nanoTime() - half) / 1e9);
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String container, Verb verb) {
        var command = new Command(verb, new ContainerName(container), null, null, "bench");
        var _ = producer.send(Message.of(Topics.commands(HOST).name(), container, command, null, "/gateway/bench", Instant.now()).toRecord(PARTITIONS));
    }

    /** Writes the records again, commands to the topic of a host without a runner, and reads them; returns commands per second. */
    private double measureRaw(int commands) throws Exception {
        String copied = Topics.commands(COPY).name();
        try (var producer = new KafkaProducer<byte[], byte[]>(bus.producer(60_000));
                var consumer = consumer(List.of(Topics.EVENTS.name(), Topics.STATUS.name(), copied))) {
            consumer.seekToEnd(consumer.assignment());
            consumer.assignment().forEach(consumer::position);
            long begun = System.nanoTime();
            var thread = Thread.ofPlatform().start(() -> written.forEach(record -> {
                boolean isCommand = record.topic().equals(Topics.commands(HOST).name());
                var _ = producer.send(new ProducerRecord<>(
                        isCommand ? copied : record.topic(), record.partition(), record.key(), record.value(), record.headers()));
            }));
            int read = 0;
            while (read < written.size()) {
                read += consumer.poll(Duration.ofMillis(100)).count();
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            thread.join();
            return commands / seconds;
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(List<String> topics) {
        var consumer = new KafkaConsumer<byte[], byte[]>(bus.consumer());
        Set<TopicPartition> partitions = new HashSet<>();
        topics.forEach(topic -> consumer.partitionsFor(topic).forEach(info -> partitions.add(new TopicPartition(topic, info.partition()))));
        consumer.assign(partitions);
        return consumer;
    }
}
