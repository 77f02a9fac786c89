package io.hatchery.app;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The commands that run one service each, as its own process. */
final class ServiceCommands {
    private ServiceCommands() {}

    /** The options that all service commands share. */
    static final class ServiceOptions {
        @Mixin
        private SettingsOptions settings = new SettingsOptions();

        @Option(
                names = "--ready-file",
                paramLabel = "FILE",
                description = "File that exists while the service is ready, for health checks")
        private @Nullable Path readyFile;

        Settings settings() {
            return settings.settings();
        }
    }

    private static int run(ServiceOptions options, String name, ServiceStart start) throws IOException {
        Path ready = options.readyFile;
        if (ready != null) {
            Files.deleteIfExists(ready);
        }
        var services = new Services(options.settings());
        Runtime.getRuntime().addShutdownHook(new Thread(services::close, "hatchery-shutdown"));
        services.await(start.with(services));
        if (ready != null) {
            Files.createFile(ready);
        }
        System.out.println(name + " is ready");
        services.awaitEnd();
        return 0;
    }

    /** The start of one service. */
    private interface ServiceStart {
        Future<?> with(Services services) throws IOException;
    }

    /** {@code hatchery broker}. */
    @Command(name = "broker", description = "Run the embedded Kafka broker", mixinStandardHelpOptions = true)
    static final class Broker implements Callable<Integer> {
        @Mixin
        private ServiceOptions options = new ServiceOptions();

        @Override
        public Integer call() throws IOException {
            return run(options, "broker", services -> {
                services.broker();
                return Future.succeededFuture();
            });
        }
    }

    /** {@code hatchery config-service}. */
    @Command(
            name = "config-service",
            description = "Run config-service, which evaluates definitions",
            mixinStandardHelpOptions = true)
    static final class Config implements Callable<Integer> {
        @Mixin
        private ServiceOptions options = new ServiceOptions();

        @Override
        public Integer call() throws IOException {
            return run(options, "config-service", Services::configService);
        }
    }

    /** {@code hatchery runner}. */
    @Command(
            name = "runner",
            description = "Run the runner of this host, which runs its containers",
            mixinStandardHelpOptions = true)
    static final class RunnerCommand implements Callable<Integer> {
        @Mixin
        private ServiceOptions options = new ServiceOptions();

        @Override
        public Integer call() throws IOException {
            return run(options, "runner", Services::runner);
        }
    }

    /** {@code hatchery gateway}. */
    @Command(
            name = "gateway",
            description = "Run a gateway, which serves the HTTP API and websocket",
            mixinStandardHelpOptions = true)
    static final class Gateway implements Callable<Integer> {
        @Mixin
        private ServiceOptions options = new ServiceOptions();

        @Override
        public Integer call() throws IOException {
            return run(options, "gateway", Services::gateway);
        }
    }
}
