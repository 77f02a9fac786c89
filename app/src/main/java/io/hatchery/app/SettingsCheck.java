package io.hatchery.app;

import io.hatchery.protocol.Heartbeat;
import io.hatchery.spec.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether every key has a value that it takes, so that a wrong one is named before anything starts. */
final class SettingsCheck {
    /**
     * A range of whole numbers.
     *
     * @param optional whether the key may be empty, for a default that depends on the host
     */
    private record Range(long least, long most, boolean optional) {}

    private static final Map<ConfigurationKey, Range> NUMBERS = Map.ofEntries(
            Map.entry(ConfigurationKey.GATEWAY_PORT, new Range(1, 65_535, false)),
            Map.entry(ConfigurationKey.GATEWAY_CONNECTIONS, new Range(1, 1_000_000, false)),
            Map.entry(ConfigurationKey.BROKER_PORT, new Range(1, 65_535, false)),
            Map.entry(ConfigurationKey.BROKER_CONTROLLER_PORT, new Range(1, 65_535, false)),
            Map.entry(ConfigurationKey.PARTITIONS, new Range(1, 1000, false)),
            Map.entry(ConfigurationKey.REPLICATION, new Range(-1, 100, false)),
            Map.entry(ConfigurationKey.CONFIG_EVALUATIONS, new Range(1, 1000, true)),
            Map.entry(ConfigurationKey.CONFIG_EVALUATION_MEMORY, new Range(64, 1L << 30, false)),
            Map.entry(ConfigurationKey.RUNNER_STARTS, new Range(1, 10_000, true)),
            Map.entry(
                    ConfigurationKey.RUNNER_HEARTBEAT,
                    new Range(Heartbeat.MIN_INTERVAL, Heartbeat.MAX_INTERVAL, false)),
            Map.entry(ConfigurationKey.RUNNER_CONSOLE_BYTES, new Range(65_536, 1L << 40, false)));

    private static final List<ConfigurationKey> BOOLEANS =
            List.of(ConfigurationKey.GATEWAY_NIX_CACHE_PUBLIC, ConfigurationKey.CONFIG_IMPORT_FROM_DERIVATION);
    private static final List<ConfigurationKey> SPANS = List.of(
            ConfigurationKey.CONFIG_EVALUATION_TIMEOUT,
            ConfigurationKey.CONFIG_BUILD_TIMEOUT,
            ConfigurationKey.GATEWAY_REQUEST_TIMEOUT,
            ConfigurationKey.GATEWAY_IDLE_TIMEOUT);

    private SettingsCheck() {}

    /**
     * The number that a key has.
     *
     * @throws UserError if it is none, or out of the key's range
     */
    static long number(Settings settings, ConfigurationKey key) {
        Range range = NUMBERS.get(key);
        if (range == null) {
            throw new IllegalArgumentException(key.key() + " is no number");
        }
        return settings.number(key, range.least, range.most);
    }

    /**
     * Checks all keys.
     *
     * @throws UserError with one line for each that is wrong
     */
    static void check(Settings settings) {
        var wrong = new ArrayList<String>();
        NUMBERS.forEach((key, range) -> {
            if (!range.optional || !settings.get(key).isEmpty()) {
                attempt(wrong, () -> number(settings, key));
            }
        });
        BOOLEANS.forEach(key -> attempt(wrong, () -> settings.bool(key)));
        SPANS.forEach(key -> attempt(wrong, () -> span(settings, key)));
        attempt(wrong, () -> SystemSettings.flakePaths(settings));
        String driver = settings.get(ConfigurationKey.RUNNER_DRIVER);
        if (!List.of("", "systemd", "direct").contains(driver)) {
            wrong.add(ConfigurationKey.RUNNER_DRIVER.key() + " is '" + driver
                    + "': say systemd or direct, or leave it out");
        }
        if (!wrong.isEmpty()) {
            throw new UserError(String.join("\n", wrong.stream().sorted().toList()));
        }
    }

    private static void span(Settings settings, ConfigurationKey key) {
        try {
            Span.parse(settings.get(key));
        } catch (IllegalArgumentException e) {
            throw new UserError(key.key() + " is '" + settings.get(key) + "': " + e.getMessage(), e);
        }
    }

    private static void attempt(List<String> wrong, Runnable check) {
        try {
            check.run();
        } catch (UserError e) {
            wrong.add(String.valueOf(e.getMessage()));
        }
    }
}
