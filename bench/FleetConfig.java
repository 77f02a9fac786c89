import io.hatchery.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Measures config-service by what it reads from Kafka and writes to it. */
final class FleetConfig {
    private static final String SERVICE = "config-service";
    private static final String TRANSACTIONS = "hatchery-config-bench";
    private static final int HEARTBEATS = 300_000;
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(250);
    private static final double LONGEST_TRANSACTION_SECONDS = 5;

    private final FleetServices services;
    private final FleetTable table;
    private final Fleet.Options options;
    private long emptyBytes;
    private int probes;

    FleetConfig(FleetServices services, FleetTable table, Fleet.Options options) {
        this.services = services;
        this.table = table;
        this.options = options;
    }

    /** Measures a service of an empty fleet, for comparison. */
    void measureEmpty() throws Exception {
        var service = services.start(SERVICE);
        table.add("config-service start, empty fleet", String.format("%.1f s", services.awaitReady(service)));
        emptyBytes = services.liveBytes(service);
        services.kill(service);
    }

    void measure(FleetLoader loader, FleetRecords fleet) throws Exception {
        FleetServices.Service service = null;
        try {
            service = start(loader, "config-service start over " + options.containers() + " definitions");
            double bytes = services.liveBytes(service) - emptyBytes;
            table.atMost("config-service heap per container", bytes / options.containers(), 1_024, "bytes");
            if (!placement(loader, fleet, service)) {
                service = restart(loader, service);
            }
            if (!profileChange(loader, service)) {
                service = restart(loader, service);
            }
            services.kill(service);
            loader.awaitEmptyGroup();
            for (int i = 0; i < HEARTBEATS; i++) {
                loader.heartbeat(i % options.hosts());
            }
            loader.flush();
            service = start(loader, "config-service start over " + HEARTBEATS + " heartbeats more");
        } finally {
            if (service != null) {
                services.kill(service);
            }
        }
    }

    private FleetServices.Service restart(FleetLoader loader, FleetServices.Service service) throws Exception {
        services.kill(service);
        loader.commitDefinitions();
        return start(loader, "config-service start again");
    }

    /** Starts it with a definition waiting, and measures when it is ready, answers, and has reviewed all containers. */
    private FleetServices.Service start(FleetLoader loader, String what) throws Exception {
        loader.heartbeats();
        loader.flush();
        try (var evaluations = new Evaluations(services, key -> key.startsWith("probe-"))) {
            String probe = probe(loader);
            var service = services.start(SERVICE);
            table.atMost(what + ", ready", services.awaitReady(service), 5, "s");
            table.add(what + ", processor time until ready", String.format("%.1f s", services.processorSeconds(service)));
            boolean isAnswered = services.await(() -> evaluations.keys().contains(probe));
            table.add(what + ", first answer", isAnswered ? String.format("%.1f s", service.seconds()) : "none");
            table.add(what + ", idle", String.format("%.1f s", services.awaitIdle(service)));
            return service;
        }
    }

    private String probe(FleetLoader loader) throws Exception {
        String name = "probe-" + probes++;
        loader.define(name, ("{\"root\":\"/r\",\"boot\":true,\"host\":\"" + FleetRecords.host(0) + "\"}").getBytes(StandardCharsets.UTF_8));
        loader.flush();
        return name;
    }

    private boolean placement(FleetLoader loader, FleetRecords fleet, FleetServices.Service service) throws Exception {
        loader.heartbeats();
        loader.flush();
        try (var evaluations = new Evaluations(services, key -> key.startsWith("p-"))) {
            var processors = new ProcessorTime(service);
            long begun = System.nanoTime();
            for (int i = 0; i < options.placed(); i++) {
                String name = String.format("p-%07d", i);
                loader.define(name, fleet.unplaced(name, i));
            }
            loader.flush();
            boolean isDone = services.await(() -> evaluations.keys().size() >= options.placed());
            double seconds = (System.nanoTime() - begun) / 1e9;
            table.atLeast("placement of " + options.placed() + " without a host", evaluations.keys().size() / seconds, 5_000, "containers/s");
            processors.add("placement", options.placed());
            evaluations.spread().ifPresent(spread -> table.add("placed per host", spread));
            return isDone;
        }
    }

    private boolean profileChange(FleetLoader loader, FleetServices.Service service) throws Exception {
        var waits = new ArrayList<Double>();
        var asked = new HashMap<String, Long>();
        try (var evaluations = new Evaluations(services, key -> key.startsWith("c-"));
                var answers = new Evaluations(services, key -> key.startsWith("probe-"));
                var transactions = new Transactions()) {
            var processors = new ProcessorTime(service);
            long begun = System.nanoTime();
            loader.send(Topics.PROFILES.name(), FleetRecords.PROFILE, FleetRecords.profile("3min"), Map.of());
            loader.flush();
            long[] nextProbe = {begun};
            boolean isDone = services.await(() -> {
                long now = System.nanoTime();
                noteAnswers(answers, asked, waits);
                if (now > nextProbe[0]) {
                    nextProbe[0] = now + PROBE_INTERVAL.toNanos();
                    try {
                        asked.put(probe(loader), now);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
                return evaluations.keys().size() >= options.containers();
            });
            double seconds = (System.nanoTime() - begun) / 1e9;
            boolean _ = services.await(() -> noteAnswers(answers, asked, waits));
            String what = "profile change of " + options.containers();
            table.add(what, String.format(isDone ? "%.1f s, %,.0f containers/s" : "not done in %.1f s, %,.0f containers/s", seconds, evaluations.keys().size() / seconds));
            processors.add("profile change", options.containers());
            table.atMost(what + ", longest transaction", transactions.longest(), LONGEST_TRANSACTION_SECONDS, "s");
            double[] sorted = waits.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            table.add(what + ", new definitions", sorted.length == 0
                    ? "none answered of " + asked.size()
                    : String.format("p50 %.0f ms, max %.0f ms, %d open", FleetGateway.percentile(sorted, 50), sorted[sorted.length - 1], asked.size()));
            return isDone;
        }
    }

    /** The processor time of config-service and broker from now on, which other work on the machine changes less than the time. */
    private final class ProcessorTime {
        private final FleetServices.Service service;
        private final double serviceBefore;
        private final double brokerBefore;

        ProcessorTime(FleetServices.Service service) {
            this.service = service;
            this.serviceBefore = services.processorSeconds(service);
            this.brokerBefore = services.brokerSeconds();
        }

        void add(String what, int containers) {
            table.add(what + ", processor time per container", String.format(
                    "%.0f µs, and %.0f µs of the broker",
                    (services.processorSeconds(service) - serviceBefore) * 1e6 / containers,
                    (services.brokerSeconds() - brokerBefore) * 1e6 / containers));
        }
    }

    /** Notes how long answered definitions waited; returns whether all are answered. */
    private static boolean noteAnswers(Evaluations answers, Map<String, Long> asked, List<Double> waits) {
        long now = System.nanoTime();
        answers.keys().stream().filter(asked::containsKey).toList().forEach(key -> waits.add((now - asked.remove(key)) / 1e6));
        return asked.isEmpty();
    }

    /** Follows the evaluations from their present end. */
    private static final class Evaluations implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Predicate<String> which;
        private final Set<String> keys = ConcurrentHashMap.newKeySet();
        private final Map<String, Integer> perHost = new ConcurrentHashMap<>();
        private final Thread thread;
        private volatile boolean closing;

        Evaluations(FleetServices services, Predicate<String> which) throws Exception {
            this.which = which;
            var properties = services.client();
            String bytes = "org.apache.kafka.common.serialization.ByteArrayDeserializer";
            properties.putAll(Map.of("key.deserializer", bytes, "value.deserializer", bytes, "isolation.level", "read_committed"));
            consumer = new KafkaConsumer<>(properties);
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.EVALUATIONS.name()).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            thread = Thread.ofPlatform().daemon().start(this::follow);
        }

        private void follow() {
            while (!closing) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    String key = new String(record.key(), StandardCharsets.UTF_8);
                    if (which.test(key) && record.value() != null) {
                        String value = new String(record.value(), StandardCharsets.UTF_8);
                        int host = value.lastIndexOf("\"host\":\"");
                        if (value.contains("\"state\":\"evaluated\"") && keys.add(key) && host >= 0) {
                            perHost.merge(value.substring(host + 8, value.indexOf('"', host + 8)), 1, Integer::sum);
                        }
                    }
                }
            }
        }

        Set<String> keys() {
            return keys;
        }

        /** The fewest and the most containers of a host. */
        java.util.Optional<String> spread() {
            return perHost.isEmpty()
                    ? java.util.Optional.empty()
                    : java.util.Optional.of(java.util.Collections.min(perHost.values()) + " to "
                            + java.util.Collections.max(perHost.values()) + " on " + perHost.size() + " hosts");
        }

        @Override
        public void close() throws InterruptedException {
            closing = true;
            thread.join();
            consumer.close();
        }
    }

    /** Watches how long transactions last, as the broker tells. */
    private final class Transactions implements AutoCloseable {
        private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::watch);
        private volatile boolean closing;
        private volatile long longestMillis;

        Transactions() {
            thread.start();
        }

        private void watch() {
            try (var admin = Admin.create(services.client())) {
                while (!closing) {
                    var now = admin.describeTransactions(Set.of(TRANSACTIONS)).description(TRANSACTIONS).get();
                    if (now.state() == TransactionState.ONGOING && now.transactionStartTimeMs().isPresent()) {
                        longestMillis = Math.max(longestMillis, System.currentTimeMillis() - now.transactionStartTimeMs().getAsLong());
                    }
                    Thread.sleep(5);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        double longest() {
            return longestMillis / 1e3;
        }

        @Override
        public void close() throws InterruptedException {
            closing = true;
            thread.join();
        }
    }
}
