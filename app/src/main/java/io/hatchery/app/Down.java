package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.app.ApiClient.Answer;
import io.hatchery.runner.nspawn.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery down}: ends and removes every container, ends the services, and removes what they made. */
@Command(
        name = "down",
        description = "Stop and remove all containers of this installation, and what hatchery up made",
        mixinStandardHelpOptions = true)
final class Down implements Callable<Integer> {
    @Mixin
    private ApiClient api = new ApiClient();

    @Option(names = "--purge", description = "Remove the containers' roots as well")
    private boolean purge;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Settings settings = api.settings();
        Path data = settings.data();
        if (!Files.exists(data)) {
            System.out.println("There is nothing to take down: " + data + " does not exist.");
            return 0;
        }
        Path pidFile = data.resolve(Up.PID_FILE);
        ProcessHandle running = runningUp(pidFile);
        if (running != null) {
            removeContainers();
            System.out.println("Ending the services …");
            running.destroy();
            running.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        } else {
            System.out.println("The services are not running; starting them to take the containers down …");
            try (var services = new Services(settings)) {
                Up.start(services, settings);
                removeContainers();
            }
        }
        Trees.delete(data);
        Trees.delete(Path.of(settings.get(Key.RUNTIME)));
        System.out.println("Everything is down and " + data + " is removed"
                + (purge ? "." : "; containers' roots elsewhere stay."));
        return 0;
    }

    private static @Nullable ProcessHandle runningUp(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return null;
        }
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        return ProcessHandle.of(pid)
                .filter(process -> process.info().commandLine().orElse("").contains("io.hatchery.app.Main"))
                .orElse(null);
    }

    private void removeContainers() {
        JsonNode containers =
                api.call("GET", "/v1/containers?limit=1000").body().path("items");
        for (JsonNode container : containers) {
            String name = container.path("name").asText();
            System.out.println("Stopping and removing " + name + " …");
            Answer answer =
                    api.call("DELETE", ClientCommands.container(name) + "?wait=10min" + (purge ? "&purge=true" : ""));
            String outcome = answer.body().path("outcome").asText();
            if (!outcome.equals("completed")) {
                throw new Refusal(name + " is not removed: " + outcome + " "
                        + answer.body().path("reason").asText());
            }
        }
    }
}
