package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.authentication.RecordAuthenticator;
import io.hatchery.protocol.Heartbeat;
import io.hatchery.runner.logs.LogLimits;
import io.hatchery.runner.service.DriverSelection;
import io.hatchery.runner.service.RunnerConfig;
import io.hatchery.runner.session.SessionSettings;
import io.hatchery.runner.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The keys of the runner, and its configuration. */
final class RunnerSettings {
    private static final ConfigurationKey<String> DRIVER = ConfigurationKey.named("runner.driver")
            .takes(ValueType.oneOf("systemd", "direct"))
            .describedAs("How containers run: systemd (as units of the host) or direct")
            .defaultsToComputed("systemd where it is process 1, else direct");
    private static final ConfigurationKey<List<String>> NIX_CACHES = ConfigurationKey.named("runner.nix-caches")
            .takes(ValueType.listOf(ValueType.text()))
            .describedAs("Nix caches from which systems are fetched, separated by commas, such as the gateway's"
                    + " http://host:8470/nix-cache; in addition to those of the host's nix.conf")
            .withoutDefault();
    private static final ConfigurationKey<List<String>> NIX_KEYS = ConfigurationKey.named("runner.nix-keys")
            .takes(ValueType.listOf(ValueType.text()))
            .describedAs(
                    "Public keys that sign systems, or files with one, separated by commas, such as config-service's"
                            + " nix-cache.pub")
            .withoutDefault();
    private static final ConfigurationKey<Path> NIX_TOKEN_FILE = ConfigurationKey.named("runner.nix-token.file")
            .takes(ValueType.path())
            .describedAs("File with the token for the caches")
            .withoutDefault();
    private static final ConfigurationKey<Integer> MAX_CONCURRENT_STARTS = ConfigurationKey.named(
                    "runner.max-concurrent-starts")
            .takes(ValueType.integer(1, 10_000))
            .describedAs("Maximum number of containers that start at the same time")
            .defaultsToComputed("twice the processors");
    private static final ConfigurationKey<Duration> HEARTBEAT = ConfigurationKey.named("runner.heartbeat")
            .takes(ValueType.seconds(Heartbeat.MIN_INTERVAL, Heartbeat.MAX_INTERVAL))
            .describedAs("Time between two heartbeats: whole seconds, 1s to 5min")
            .defaultsTo("5s");
    private static final ConfigurationKey<ByteSize> CONSOLE_SIZE = ConfigurationKey.named("runner.console.size")
            .takes(ValueType.size("64KiB", "1TiB"))
            .describedAs("Size up to which the console of each container is kept")
            .defaultsTo("10MiB");
    private static final ConfigurationKey<String> COMMANDS = ConfigurationKey.named("runner.commands")
            .takes(ValueType.oneOf("any", "authenticated"))
            .describedAs("Which commands are executed: any that Kafka's ACLs let through, such as those that operators"
                    + " publish with kcat, or only those that a gateway signed (authenticated)")
            .defaultsTo("any");
    private static final ConfigurationKey<Duration> SESSION_IDLE = ConfigurationKey.named(
                    "runner.sessions.idle-timeout")
            .takes(ValueType.duration("1s", "365d"))
            .describedAs("Time after which a session ends that has neither input nor output")
            .defaultsTo("30min");
    private static final ConfigurationKey<Path> GATEWAY_CA = ConfigurationKey.named("runner.gateway-ca.file")
            .takes(ValueType.path())
            .describedAs("PEM file with the authority that issued the gateway's certificate, to which sessions connect")
            .defaultsToComputed("<data>/ca/ca.pem if there is one, else those that the JDK knows");
    private static final ConfigurationKey<ByteSize> LOG_RATE = ConfigurationKey.named("runner.logs.rate")
            .takes(ValueType.size("1KiB", "1GiB"))
            .describedAs(
                    "How much per second is shipped of the console, and of the journal, of each container in the long run;"
                            + " what the host has lost before is counted as dropped")
            .defaultsTo("256KiB");
    private static final ConfigurationKey<ByteSize> LOG_BURST = ConfigurationKey.named("runner.logs.burst")
            .takes(ValueType.size("64KiB", "1GiB"))
            .describedAs("How much of them is shipped at once after a quiet time")
            .defaultsTo("4MiB");
    private static final ConfigurationKey<Boolean> LOG_JOURNALS = ConfigurationKey.named("runner.logs.journals")
            .takes(ValueType.bool())
            .describedAs(
                    "Whether the journals of systemd inside containers are shipped too. The program that reads a journal runs"
                            + " inside, and may delay the stop of its container")
            .defaultsTo("false");
    static final List<ConfigurationKey<?>> KEYS = List.of(
            LOG_JOURNALS,
            COMMANDS,
            DRIVER,
            NIX_CACHES,
            NIX_KEYS,
            NIX_TOKEN_FILE,
            MAX_CONCURRENT_STARTS,
            HEARTBEAT,
            CONSOLE_SIZE,
            SESSION_IDLE,
            GATEWAY_CA,
            LOG_RATE,
            LOG_BURST);

    private RunnerSettings() {}

    /** Which commands the runner executes. */
    static RecordAuthenticator.CommandCheck commandCheck(Settings settings) {
        return settings.get(COMMANDS).equals("authenticated")
                ? RecordAuthenticator.CommandCheck.REQUIRED
                : RecordAuthenticator.CommandCheck.WHERE_SIGNED;
    }

    static RunnerConfig of(Settings settings, BusConfig bus, String version) throws IOException {
        HostSettings host = HostSettings.of(settings);
        FolderSettings folders = FolderSettings.of(settings);
        return new RunnerConfig(
                host.name(),
                host.labels(),
                bus,
                new RunnerConfig.RunnerFolders(folders.runtime(), folders.data().resolve("runner")),
                containers(settings),
                settings.get(HEARTBEAT),
                version);
    }

    private static RunnerConfig.ContainerSettings containers(Settings settings) throws IOException {
        return new RunnerConfig.ContainerSettings(
                driver(settings),
                HostPolicySettings.of(settings),
                store(settings),
                settings.get(CONSOLE_SIZE).bytes(),
                new LogLimits(
                        settings.get(LOG_RATE).bytes(), settings.get(LOG_BURST).bytes(), settings.get(LOG_JOURNALS)),
                settings.find(MAX_CONCURRENT_STARTS)
                        .orElseGet(() -> Math.max(4, 2 * Runtime.getRuntime().availableProcessors())),
                new SessionSettings(
                        settings.get(SESSION_IDLE),
                        settings.find(GATEWAY_CA).orElseGet(() -> GatewayOptions.ownAuthority(settings))));
    }

    private static DriverSelection driver(Settings settings) {
        return settings.find(DRIVER)
                .map(name -> name.equals("systemd") ? DriverSelection.SYSTEMD : DriverSelection.DIRECT)
                .orElseGet(DriverSelection::ofTheHost);
    }

    private static StoreSettings store(Settings settings) throws IOException {
        var keys = new ArrayList<String>();
        for (String key : settings.find(NIX_KEYS).orElse(List.of())) {
            keys.add(key.startsWith("/") ? Files.readString(Path.of(key)).strip() : key);
        }
        return new StoreSettings(
                settings.find(NIX_CACHES).orElse(List.of()),
                keys,
                settings.find(NIX_TOKEN_FILE).orElse(null),
                FolderSettings.of(settings).data().resolve("runner").resolve("nix"));
    }
}
