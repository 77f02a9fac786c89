package io.hatchery.app;

import io.hatchery.broker.BrokerConfig;
import io.hatchery.broker.Credentials;
import io.hatchery.broker.EmbeddedBroker;
import io.hatchery.bus.BusConfig;
import io.hatchery.bus.BusException;
import io.hatchery.config.ConfigService;
import io.hatchery.gateway.GatewayService;
import io.hatchery.protocol.access.Principal;
import io.hatchery.runner.files.PrivateFiles;
import io.hatchery.runner.service.RunnerService;
import io.vertx.core.Future;
import io.vertx.core.Verticle;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Starts the services of this process and stops them. */
final class Services implements AutoCloseable {
    /** The version from the jar's manifest. */
    static final String VERSION = version();

    private static final int CLOSE_TIMEOUT_SECONDS = 5;
    private static final Principal GATEWAY = new Principal.GatewayUser(Principal.FIRST);
    private static final Principal CONFIG_SERVICE = new Principal.ConfigServiceUser(Principal.FIRST);

    private final Settings settings;
    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            .setFileSystemOptions(
                    new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable EmbeddedBroker broker;
    private volatile @Nullable Throwable failure;

    /**
     * Checks the settings; starts nothing.
     *
     * @throws UserError if a key has a wrong value
     */
    Services(Settings settings) {
        settings.check();
        this.settings = settings;
    }

    /** Starts the embedded broker, creates its users, and writes the files with which clients that use the same data folder connect to it. */
    void broker() throws IOException {
        BrokerConfig config = BrokerSettings.of(settings);
        requireFree(config.address(), BrokerSettings.PORT);
        requireFree(BrokerConfig.LOOPBACK, BrokerSettings.CONTROLLER_PORT);
        closeData();
        PrivateFiles.folder(config.data());
        Credentials administrator = Secrets.administrator(data());
        EmbeddedBroker started = EmbeddedBroker.start(config, administrator, Map.of());
        broker = started;
        SortedMap<String, String> client = new TreeMap<>(administrator.clientProperties(started.connection()));
        createUsers(client);
        Secrets.write(data().resolve(KafkaCredentials.CLIENT), KafkaCredentials.text(client));
        Secrets.write(
                data().resolve(KafkaCredentials.KCAT),
                administrator.kcatConf(started.bootstrap(), started.certificate()));
    }

    /** Gives each service of this host a user of its own, and connects the users that are there to the present address. */
    private void createUsers(SortedMap<String, String> administrator) throws IOException {
        var credentials = new KafkaCredentials(KafkaSettings.users(settings));
        var services = new ArrayList<>(List.of(GATEWAY, CONFIG_SERVICE));
        HostSettings.find(settings).ifPresent(host -> services.add(new Principal.RunnerUser(host)));
        try {
            var _ = new FleetAccess(KafkaSettings.of(settings, administrator), credentials)
                    .apply(services, FleetAccess.NewPasswords.MISSING);
        } catch (BusException e) {
            throw new UserError("the users of the broker cannot be set up: " + e.getMessage(), e);
        }
        credentials.connect(administrator);
    }

    private Path data() {
        return FolderSettings.of(settings).data();
    }

    /** Only the owner may read the data folder, which holds credentials and variables of containers, unless it holds other files. */
    private void closeData() throws IOException {
        Path data = data();
        if (!Files.exists(data) || Installation.isOwn(data)) {
            PrivateFiles.folder(data);
        }
    }

    /** Checks a port before Kafka's server does, which would end the process with a long trace. */
    private void requireFree(String address, ConfigurationKey<Integer> key) {
        int port = settings.get(key);
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (BindException e) {
            throw new UserError(
                    "port " + port + " of " + address + " is taken, or this host does not have the address ("
                            + e.getMessage()
                            + "): if hatchery is already running, stop it with hatchery down; else set " + key.name()
                            + " to a free port",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("cannot listen on " + address + ":" + port + ": " + e.getMessage(), e);
        }
    }

    Future<?> configService() throws IOException {
        closeData();
        BusConfig bus = KafkaSettings.of(settings, CONFIG_SERVICE);
        return vertx.deployVerticle(new ConfigService(
                bus, EvaluationSettings.instance(settings), EvaluationSettings.of(settings), this::failed));
    }

    Future<?> runner() throws IOException {
        closeData();
        BusConfig bus = KafkaSettings.of(
                settings, new Principal.RunnerUser(HostSettings.of(settings).name()));
        var runner = new RunnerService(RunnerSettings.of(settings, bus, VERSION), this::failed);
        return deploy(runner).compose(deployed -> runner.ready());
    }

    Future<?> gateway() throws IOException {
        closeData();
        BusConfig bus = KafkaSettings.of(settings, GATEWAY);
        requireFree(GatewaySettings.address(settings), GatewaySettings.PORT);
        var gateway = new GatewayService(GatewaySettings.of(settings, bus, VERSION), this::failed);
        return deploy(gateway).compose(deployed -> gateway.ready());
    }

    private Future<String> deploy(Verticle verticle) {
        return vertx.deployVerticle(verticle);
    }

    private void failed(Throwable e) {
        failure = e;
        ended.countDown();
    }

    /** Waits until a service is ready; throws if it, or another service meanwhile, fails. */
    void await(Future<?> future) {
        future.onFailure(this::failed);
        try {
            var done = new CountDownLatch(1);
            future.onComplete(any -> done.countDown());
            while (!done.await(100, TimeUnit.MILLISECONDS)) {
                throwFailure();
            }
            throwFailure();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until a service fails, and throws the failure. */
    void awaitEnd() {
        try {
            ended.await();
            throwFailure();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void throwFailure() {
        Throwable e = failure;
        if (e instanceof IllegalStateException || e instanceof java.net.BindException) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
        if (e != null) {
            throw new CompletionException(e);
        }
    }

    @Override
    public void close() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // A shutdown of the host must not wait for Kafka: unpublished records are on disk and are published at the
            // next start.
            System.err.println("hatchery: Kafka is unreachable; unpublished records are published at the next start");
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private static String version() {
        String version = Services.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
