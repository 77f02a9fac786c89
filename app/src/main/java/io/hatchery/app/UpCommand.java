package io.hatchery.app;

import io.hatchery.runner.files.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery up}: broker, config-service, runner and gateway in this process. */
@Command(
        name = "up",
        description = "Run the embedded broker and all services in this process",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            hidden = true,
            description = "File that is created when all services are ready")
    private @Nullable Path readyFile;

    @Override
    public Integer call() throws IOException {
        long begun = System.nanoTime();
        Settings settings = options.settings();
        requireEmbedded(settings);
        Installation installation = Installation.claim(settings);
        PrivateFiles.folder(FolderSettings.of(settings).data()); // it holds nothing but what Hatchery made
        var services = new Services(settings);
        start(services);
        Path pid = installation.pidFile();
        RunningServices.write(pid, GatewaySettings.url(settings));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(services, pid), "hatchery-shutdown"));
        System.out.printf("All services are ready after %.1f s.%n", (System.nanoTime() - begun) / 1e9);
        System.out.println("  gateway  " + GatewaySettings.url(settings));
        System.out.println("  token    " + GatewaySettings.tokenFile(settings));
        System.out.println("  kafka    " + FolderSettings.of(settings).data().resolve("kcat.conf")
                + " (kcat -F), client.properties beside it (Java)");
        System.out.flush();
        if (readyFile != null) {
            Files.createFile(readyFile);
        }
        services.awaitEnd();
        return 0;
    }

    /** Checks that no other Kafka is configured: {@code down} would remove the containers of another fleet. */
    static void requireEmbedded(Settings settings) {
        settings.bootstrapServers().ifPresent(servers -> {
            throw new UserError(
                    "kafka.bootstrap.servers is " + servers + ", but hatchery up and down use their own broker:"
                            + " remove that key, or run hatchery config-service, runner and gateway instead");
        });
        settings.find(KafkaSettings.CREDENTIALS).ifPresent(file -> {
            throw new UserError("credentials.file is " + file + ", but hatchery up and down use their own broker:"
                    + " remove that key, or run hatchery config-service, runner and gateway instead");
        });
    }

    static void start(Services services) throws IOException {
        step("Starting the broker");
        services.broker();
        step("Starting config-service, runner and gateway");
        var config = services.configService();
        var runner = services.runner();
        var gateway = services.gateway();
        services.await(config);
        services.await(runner);
        services.await(gateway);
    }

    private static void step(String what) {
        System.out.println(what + " …");
    }

    private static void end(Services services, Path pid) {
        System.out.println("\nStopping the services …");
        services.close();
        try {
            Files.deleteIfExists(pid);
        } catch (IOException e) {
            System.err.println("hatchery: " + pid + " cannot be deleted: " + e);
        }
        System.out.println(
                "The services have stopped. Containers keep running; hatchery up manages them again, hatchery down removes them.");
        System.out.flush();
    }
}
