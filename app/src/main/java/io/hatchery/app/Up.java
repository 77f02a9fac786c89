package io.hatchery.app;

import io.hatchery.bus.BusConfig;
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
final class Up implements Callable<Integer> {
    static final String PID_FILE = "up.pid";

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            hidden = true,
            description = "Made when all services are ready")
    private @Nullable Path readyFile;

    @Override
    public Integer call() throws IOException {
        long begun = System.nanoTime();
        Settings settings = options.settings();
        Files.createDirectories(settings.data());
        var services = new Services(settings);
        start(services, settings);
        Path pid = settings.data().resolve(PID_FILE);
        Files.writeString(pid, ProcessHandle.current().pid() + "\n");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(services, pid), "hatchery-shutdown"));
        System.out.printf("All services are ready after %.1f s.%n", (System.nanoTime() - begun) / 1e9);
        System.out.println(
                "  gateway  http://" + settings.get(Key.GATEWAY_ADDRESS) + ":" + settings.port(Key.GATEWAY_PORT));
        System.out.println("  token    " + settings.tokenFile());
        System.out.println("  kafka    " + settings.data().resolve("kcat.conf")
                + " (kcat -F), client.properties beside it (Java)");
        System.out.flush();
        if (readyFile != null) {
            Files.createFile(readyFile);
        }
        services.awaitEnd();
        return 0;
    }

    static void start(Services services, Settings settings) throws IOException {
        step("Starting the broker");
        services.broker();
        BusConfig bus = settings.bus();
        step("Starting config-service, runner and gateway");
        var config = services.configService(bus);
        var runner = services.runner(bus);
        var gateway = services.gateway(bus);
        services.await(config);
        services.await(runner);
        services.await(gateway);
    }

    private static void step(String what) {
        System.out.println(what + " …");
    }

    private static void end(Services services, Path pid) {
        System.out.println("\nEnding the services …");
        services.close();
        try {
            Files.deleteIfExists(pid);
        } catch (IOException e) {
            System.err.println("hatchery: " + pid + " is left: " + e);
        }
        System.out.println(
                "The services have ended. Containers run on; hatchery up takes them up again, hatchery down ends them.");
        System.out.flush();
    }
}
