package io.hatchery.app;

import io.hatchery.broker.BrokerConfig;
import java.util.List;

/** The keys of the embedded broker, and its configuration. */
final class BrokerSettings {
    private static final ConfigurationKey<String> ADDRESS = ConfigurationKey.named("broker.address")
            .takes(ValueType.text())
            .describedAs(
                    "Address on which the embedded broker listens; beyond loopback it speaks TLS with a certificate of its own")
            .defaultsTo(BrokerConfig.LOOPBACK);
    static final ConfigurationKey<Integer> PORT = ConfigurationKey.named("broker.port")
            .takes(ValueType.port())
            .describedAs("Port of the embedded broker")
            .defaultsTo("8471");
    static final ConfigurationKey<Integer> CONTROLLER_PORT = ConfigurationKey.named("broker.controller.port")
            .takes(ValueType.port())
            .describedAs("Loopback port of the embedded broker's controller")
            .defaultsTo("8472");
    static final List<ConfigurationKey<?>> KEYS = List.of(ADDRESS, PORT, CONTROLLER_PORT);

    private BrokerSettings() {}

    static BrokerConfig of(Settings settings) {
        return new BrokerConfig(
                FolderSettings.of(settings).data().resolve("broker"),
                settings.get(ADDRESS),
                settings.get(PORT),
                settings.get(CONTROLLER_PORT));
    }
}
