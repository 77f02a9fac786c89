package io.hatchery.app;

import io.hatchery.broker.EmbeddedBroker;
import io.hatchery.bus.BusConfig;
import io.hatchery.config.ConfigService;
import io.hatchery.gateway.GatewayConfig;
import io.hatchery.gateway.GatewayService;
import io.hatchery.gateway.http.Connections;
import io.hatchery.runner.nspawn.HostPolicy;
import io.hatchery.runner.nspawn.PrivateFiles;
import io.hatchery.runner.service.DriverSelection;
import io.hatchery.runner.service.RunnerConfig;
import io.hatchery.runner.service.RunnerService;
import io.hatchery.runner.store.StoreSettings;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The services of this process, from their start to their end. */
final class Services implements AutoCloseable {
    /** The version that the build gave. */
    static final String VERSION = version();

    private static final int LONGEST_CLOSING_SECONDS = 5;

    private final Settings settings;
    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            .setFileSystemOptions(
                    new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable EmbeddedBroker broker;
    private volatile @Nullable Throwable failure;

    /**
     * Nothing runs yet.
     *
     * @throws UserError if a key has a value that it does not take
     */
    Services(Settings settings) {
        SettingsCheck.check(settings);
        this.settings = settings;
    }

    /** Starts the embedded broker; clients of the same data folder find it by what it writes there. */
    void broker() throws IOException {
        String address = settings.get(ConfigurationKey.BROKER_ADDRESS);
        int port = settings.port(ConfigurationKey.BROKER_PORT);
        requireFree(address, ConfigurationKey.BROKER_PORT);
        requireFree(EmbeddedBroker.LOOPBACK, ConfigurationKey.BROKER_CONTROLLER_PORT);
        Path data = settings.data();
        closeData();
        PrivateFiles.folder(data.resolve("broker"));
        var credentials = Secrets.broker(data, address + ":" + port);
        broker = EmbeddedBroker.start(
                data.resolve("broker"),
                address,
                port,
                settings.port(ConfigurationKey.BROKER_CONTROLLER_PORT),
                credentials,
                Map.of());
    }

    /** The data folder holds credentials and variables of containers: nobody else may look into it, unless it is not Hatchery's alone. */
    private void closeData() throws IOException {
        Path data = settings.data();
        if (!Files.exists(data) || Installation.isOwn(data)) {
            PrivateFiles.folder(data);
        }
    }

    /** Kafka's server ends the process with a page of traces where a port is taken: ask first. */
    private void requireFree(String address, ConfigurationKey key) {
        int port = settings.port(key);
        try (var probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (BindException e) {
            throw new UserError(
                    "port " + port + " of " + address + " is taken, or the address is not this host's ("
                            + e.getMessage()
                            + "): is hatchery running already (hatchery down ends it)? Or set " + key.key()
                            + " to a free port",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("cannot listen on " + address + ":" + port + ": " + e.getMessage(), e);
        }
    }

    Future<?> configService(BusConfig bus) throws IOException {
        closeData();
        String instance = settings.get(ConfigurationKey.CONFIG_INSTANCE);
        return vertx.deployVerticle(new ConfigService(
                bus,
                instance.isEmpty() ? Secrets.instance(settings.data()) : instance,
                SystemSettings.of(settings),
                this::failed));
    }

    Future<?> runner(BusConfig bus) throws IOException {
        closeData();
        String starts = settings.get(ConfigurationKey.RUNNER_STARTS);
        int most = starts.isEmpty()
                ? Math.max(4, 2 * Runtime.getRuntime().availableProcessors())
                : (int) SettingsCheck.number(settings, ConfigurationKey.RUNNER_STARTS);
        var config = new RunnerConfig(
                settings.host(),
                labels(),
                bus,
                Path.of(settings.get(ConfigurationKey.RUNTIME)),
                settings.data().resolve("runner"),
                SettingsCheck.number(settings, ConfigurationKey.RUNNER_CONSOLE_BYTES),
                most,
                driver(),
                policy(),
                store(),
                (int) SettingsCheck.number(settings, ConfigurationKey.RUNNER_HEARTBEAT),
                VERSION);
        var runner = new RunnerService(config, this::failed);
        return deploy(runner).compose(deployed -> runner.ready());
    }

    private StoreSettings store() throws IOException {
        var keys = new ArrayList<String>();
        for (String key : settings.words(ConfigurationKey.RUNNER_NIX_KEYS)) {
            keys.add(key.startsWith("/") ? Files.readString(Path.of(key)).strip() : key);
        }
        String token = settings.get(ConfigurationKey.RUNNER_NIX_TOKEN_FILE);
        return new StoreSettings(
                settings.words(ConfigurationKey.RUNNER_NIX_CACHES),
                keys,
                token.isEmpty() ? null : Path.of(token),
                settings.data().resolve("runner").resolve("nix"));
    }

    private DriverSelection driver() {
        return switch (settings.get(ConfigurationKey.RUNNER_DRIVER)) {
            case "" -> DriverSelection.ofTheHost();
            case "systemd" -> DriverSelection.SYSTEMD;
            case "direct" -> DriverSelection.DIRECT;
            default ->
                throw new UserError(ConfigurationKey.RUNNER_DRIVER.key() + " is '"
                        + settings.get(ConfigurationKey.RUNNER_DRIVER) + "': say systemd or direct, or leave it out");
        };
    }

    private SortedMap<String, String> labels() {
        var labels = new TreeMap<String, String>();
        for (String label : settings.words(ConfigurationKey.HOST_LABELS)) {
            String[] sides = label.split("=", 2);
            if (sides.length != 2 || sides[0].isEmpty()) {
                throw new UserError(
                        ConfigurationKey.HOST_LABELS.key() + " has '" + label + "': write name=value, apart by commas");
            }
            labels.put(sides[0], sides[1]);
        }
        return labels;
    }

    private HostPolicy policy() {
        List<String> flags = settings.words(ConfigurationKey.RUNNER_EXTRA_FLAGS);
        String hosts = settings.get(ConfigurationKey.RUNNER_HOSTS_FILE);
        return new HostPolicy(
                flags.equals(List.of("any"))
                        ? null
                        : flags.stream().filter(flag -> !flag.equals("none")).collect(Collectors.toSet()),
                hosts.isEmpty() ? null : Path.of(hosts),
                rootPrefixes());
    }

    private List<Path> rootPrefixes() {
        List<String> prefixes = settings.words(ConfigurationKey.RUNNER_ROOT_PREFIXES);
        if (prefixes.isEmpty()) {
            var usual = new ArrayList<>(HostPolicy.ROOT_PREFIXES);
            usual.add(settings.data().toAbsolutePath().normalize().resolve("examples"));
            return usual;
        }
        for (String prefix : prefixes) {
            if (!Path.of(prefix).isAbsolute() || Path.of(prefix).normalize().getNameCount() == 0) {
                throw new UserError(ConfigurationKey.RUNNER_ROOT_PREFIXES.key() + " has '" + prefix
                        + "': write absolute folders other than /, apart by commas");
            }
        }
        return prefixes.stream().map(prefix -> Path.of(prefix).normalize()).toList();
    }

    Future<?> gateway(BusConfig bus) throws IOException {
        closeData();
        String address = settings.get(ConfigurationKey.GATEWAY_ADDRESS);
        requireFree(address, ConfigurationKey.GATEWAY_PORT);
        var config = new GatewayConfig(
                listener(address),
                Secrets.token(settings.tokenFile()),
                SystemSettings.cacheFolder(settings),
                settings.bool(ConfigurationKey.GATEWAY_NIX_CACHE_PUBLIC)
                        ? null
                        : Secrets.token(SystemSettings.cacheToken(settings)),
                bus,
                VERSION);
        var gateway = new GatewayService(config, this::failed);
        return deploy(gateway).compose(deployed -> gateway.ready());
    }

    private GatewayConfig.ListenAddress listener(String address) {
        return new GatewayConfig.ListenAddress(
                address,
                settings.port(ConfigurationKey.GATEWAY_PORT),
                new Connections.ConnectionLimits(
                        (int) SettingsCheck.number(settings, ConfigurationKey.GATEWAY_CONNECTIONS),
                        SystemSettings.span(settings, ConfigurationKey.GATEWAY_REQUEST_TIMEOUT),
                        SystemSettings.span(settings, ConfigurationKey.GATEWAY_IDLE_TIMEOUT)));
    }

    private Future<String> deploy(Verticle verticle) {
        return vertx.deployVerticle(verticle);
    }

    private void failed(Throwable e) {
        failure = e;
        ended.countDown();
    }

    /** Waits until it is ready; throws what went wrong, or failed meanwhile. */
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

    /** Waits until a service fails; it ends otherwise with the process alone. */
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
            vertx.close().toCompletionStage().toCompletableFuture().get(LONGEST_CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // A host that shuts down is not kept from it: what is not told is written down, and told at the next start.
            System.err.println("hatchery: the broker is out of reach and could not be told everything; that is done at"
                    + " the next start");
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
