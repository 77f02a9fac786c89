package io.hatchery.app;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The commands that run one service each, as its own process. */
final class ServiceCommands {
    private ServiceCommands() {}

    private static int run(SettingsOptions options, String name, ServiceStart start) throws IOException {
        var services = new Services(options.settings());
        Runtime.getRuntime().addShutdownHook(new Thread(services::close, "hatchery-shutdown"));
        services.await(start.with(services));
        System.out.println(name + " is ready");
        services.awaitEnd();
        return 0;
    }

    /** Starts a service. */
    private interface ServiceStart {
        Future<?> with(Services services) throws IOException;
    }

    /** {@code hatchery broker}. */
    @Command(name = "broker", description = "Run the embedded Kafka broker", mixinStandardHelpOptions = true)
    static final class Broker implements Callable<Integer> {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Override
        public Integer call() throws IOException {
            return run(options, "broker", services -> {
                services.broker();
                return Future.succeededFuture();
            });
        }
    }

    /** {@code hatchery config-service}. */
    @Command(name = "config-service", description = "Run a config-service", mixinStandardHelpOptions = true)
    static final class Config implements Callable<Integer> {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Override
        public Integer call() throws IOException {
            return run(
                    options,
                    "config-service",
                    services -> services.configService(options.settings().bus()));
        }
    }

    /** {@code hatchery runner}. */
    @Command(name = "runner", description = "Run this host's runner", mixinStandardHelpOptions = true)
    static final class Runner implements Callable<Integer> {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Override
        public Integer call() throws IOException {
            return run(
                    options,
                    "runner",
                    services -> services.runner(options.settings().bus()));
        }
    }

    /** {@code hatchery gateway}. */
    @Command(name = "gateway", description = "Run a gateway", mixinStandardHelpOptions = true)
    static final class Gateway implements Callable<Integer> {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Override
        public Integer call() throws IOException {
            return run(
                    options,
                    "gateway",
                    services -> services.gateway(options.settings().bus()));
        }
    }
}
