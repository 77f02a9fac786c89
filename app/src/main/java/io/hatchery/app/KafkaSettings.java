package io.hatchery.app;

import io.hatchery.bus.BusConfig;
import io.hatchery.bus.authentication.KeyFile;
import io.hatchery.bus.authentication.RecordAuthenticator;
import io.hatchery.bus.scram.ScramProvider;
import io.hatchery.protocol.Authentication;
import io.hatchery.protocol.access.Principal;
import io.hatchery.spec.HostName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of topics, and the connection to Kafka. */
final class KafkaSettings {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSettings.class);
    private static final ConfigurationKey<Integer> PARTITIONS = ConfigurationKey.named("topics.partitions")
            .takes(ValueType.integer(1, 1000))
            .describedAs("Number of partitions of the shared topics when this process creates them")
            .defaultsTo("4");
    private static final ConfigurationKey<Integer> REPLICATION = ConfigurationKey.named("topics.replication")
            .takes(ValueType.integer(-1, 100))
            .describedAs("Number of replicas of topics when this process creates them; -1 is the default of the broker")
            .defaultsTo("-1");
    static final ConfigurationKey<Path> CREDENTIALS = ConfigurationKey.named("credentials.file")
            .takes(ValueType.path())
            .describedAs("File with the Kafka client properties of this service's user, as hatchery acls writes it;"
                    + " keys kafka.<property> override it")
            .defaultsToComputed("users/<user>/client.properties in <data>, or client.properties if there are no users");
    private static final ConfigurationKey<Path> RECORD_KEYS = ConfigurationKey.named("record-keys.file")
            .takes(ValueType.path())
            .describedAs("File with the keys with which this service signs records and checks those of others, as"
                    + " hatchery acls writes it; without one it signs and checks nothing")
            .defaultsToComputed(
                    "record-keys.properties beside credentials.file, with the same prefix: gateway.record-keys.properties"
                            + " beside gateway.client.properties");
    static final List<ConfigurationKey<?>> KEYS = List.of(CREDENTIALS, PARTITIONS, RECORD_KEYS, REPLICATION);

    private KafkaSettings() {}

    /** The folder with the credentials of the users of the embedded broker. */
    static Path users(Settings settings) {
        return FolderSettings.of(settings).data().resolve("users");
    }

    /**
     * The connection of a service: as configured, or else to the embedded broker of the same data folder.
     *
     * @throws UserError if there is neither, or the broker of the data folder has no user for the service
     */
    static BusConfig of(Settings settings, Principal service) throws IOException {
        Path users = users(settings);
        if (!Files.isDirectory(users)) {
            Path file = FolderSettings.of(settings).data().resolve(KafkaCredentials.CLIENT);
            return of(settings, file).withAuthenticator(authenticator(settings, service, file));
        }
        Path file = new KafkaCredentials(users).file(service.user());
        if (settings.find(CREDENTIALS).isEmpty() && settings.bootstrapServers().isEmpty() && !Files.exists(file)) {
            String host = service instanceof Principal.RunnerUser(HostName name) ? " --host " + name : "";
            throw new UserError("there is no Kafka user " + service.user() + " in " + users
                    + ": create it with hatchery acls --apply" + host + ", or set credentials.file");
        }
        return of(settings, file).withAuthenticator(authenticator(settings, service, file));
    }

    private static RecordAuthenticator authenticator(Settings settings, Principal service, Path embedded)
            throws IOException {
        Path credentials = settings.find(CREDENTIALS).orElse(embedded);
        Path file = settings.find(RECORD_KEYS).orElse(RecordKeyFiles.beside(credentials));
        if (settings.find(RECORD_KEYS).isEmpty() && !Files.exists(file)) {
            LOG.warn("records are not authenticated: there are no keys in {}; hatchery acls --apply makes them", file);
            return RecordAuthenticator.NONE;
        }
        try {
            var keys = new KeyFile(file);
            Optional<String> host = keys.keys().host();
            Optional<String> expected = service instanceof Principal.RunnerUser(HostName name)
                    ? Optional.of(name.value())
                    : Optional.empty();
            if (!host.equals(expected)) {
                throw new UserError("the keys in " + file + " are those of "
                        + host.map(name -> "host " + name).orElse("a service of the control plane") + ", not of "
                        + service.user() + ": set record-keys.file to the file in that user's folder");
            }
            // A gateway must not be able to sign specs, and config-service must not publish unsigned ones.
            if (keys.keys().covers(Authentication.SPEC) == (service instanceof Principal.GatewayUser)) {
                throw new UserError("the keys in " + file + " are not those of " + service.user()
                        + ": set record-keys.file to the file in that user's folder");
            }
            return new RecordAuthenticator(keys, RunnerSettings.commandCheck(settings), Clock.systemUTC());
        } catch (NoSuchFileException e) {
            throw new UserError("record-keys.file is set to " + file + ", which does not exist", e);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "the keys in " + file + " cannot be used: " + e.getMessage()
                            + ". hatchery acls --apply writes them again",
                    e);
        }
    }

    /**
     * The connection of an administrator: as configured, or else of the embedded broker of the same data folder.
     *
     * @throws UserError if there is neither
     */
    static BusConfig administrator(Settings settings) throws IOException {
        return of(settings, FolderSettings.of(settings).data().resolve(KafkaCredentials.CLIENT));
    }

    /** A connection with the number of partitions and replicas that are configured. */
    static BusConfig of(Settings settings, Map<String, String> client) {
        ScramProvider.install();
        return new BusConfig(
                client, settings.get(PARTITIONS), settings.get(REPLICATION).shortValue());
    }

    private static BusConfig of(Settings settings, Path embedded) throws IOException {
        Map<String, String> client = new TreeMap<>(settings.kafka());
        Optional<Path> configured = settings.find(CREDENTIALS);
        if (configured.isPresent()) {
            KafkaCredentials.read(configured.get()).forEach(client::putIfAbsent);
        } else if (!client.containsKey("bootstrap.servers") && Files.exists(embedded)) {
            KafkaCredentials.read(embedded).forEach(client::putIfAbsent);
        }
        try {
            return of(settings, client);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage() + " (or start hatchery broker with the same data folder)", e);
        }
    }
}
