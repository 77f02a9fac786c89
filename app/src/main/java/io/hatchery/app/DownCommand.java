package io.hatchery.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.app.ApiClient.ApiResponse;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hatchery down}: stops and removes every container of an installation, its services, and the files that it made. */
@Command(
        name = "down",
        description = "Stop and delete all containers of a local installation, and the files that Hatchery made",
        footer =
                "Works on the data folder of 'hatchery up' on this machine only. Files that Hatchery did not make stay.",
        mixinStandardHelpOptions = true)
final class DownCommand implements Callable<Integer> {
    private static final long STOP_TIMEOUT_SECONDS = 60;

    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--purge", description = "Also delete the containers' roots")
    private boolean purge;

    @Option(names = "--yes", description = "Do not ask for confirmation")
    private boolean yes;

    @Override
    public Integer call() throws IOException {
        Settings settings = options.settings();
        if (!Files.exists(FolderSettings.of(settings).data())) {
            Output.line(
                    "There is nothing to remove: " + FolderSettings.of(settings).data() + " does not exist.");
            return 0;
        }
        Installation installation = Installation.open(settings);
        UpCommand.requireEmbedded(settings);
        Console console = yes ? null : requireConsole(installation);
        RunningServices running = RunningServices.of(installation.pidFile(), settings);
        if (running != null) {
            removeContainers(ApiClient.of(running.gateway(), settings), installation, console);
            Output.line("Stopping the services …");
            end(running.process());
        } else {
            if (console != null) {
                Terminal.confirm(console, "The services are not running. Start them to see and remove the containers?");
            }
            Output.line("The services are not running; starting them to remove the containers …");
            try (var services = new Services(settings)) {
                UpCommand.start(services);
                removeContainers(ApiClient.of(GatewaySettings.url(settings), settings), installation, console);
            }
        }
        List<Path> left = installation.remove();
        Output.line("Everything is down" + (purge ? "." : "; roots outside the installation are kept."));
        left.forEach(path -> Output.line("  kept, because Hatchery did not create it: " + path));
        return 0;
    }

    private static Console requireConsole(Installation installation) {
        return Terminal.console()
                .orElseThrow(
                        () -> new UserError("hatchery down would stop and remove every container of the installation"
                                + " in " + installation.data()
                                + " and the files that it made, and there is no terminal to confirm"
                                + " it: add --yes. Nothing was changed"));
    }

    private static void end(ProcessHandle process) {
        process.destroy();
        try {
            process.onExit().orTimeout(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new UserError(
                    "the services (pid " + process.pid() + ") have not stopped within " + STOP_TIMEOUT_SECONDS
                            + " s: kill that process and run hatchery down again. No file was removed",
                    e);
        }
    }

    private void removeContainers(ApiClient api, Installation installation, @Nullable Console console)
            throws IOException {
        List<JsonNode> containers = api.all("/v1/containers");
        show(containers, installation.made());
        if (console != null) {
            Terminal.confirm(console, "Remove all of these?");
        }
        for (JsonNode container : containers) {
            String name = container.path("name").asText();
            Output.line("Stopping and removing " + name + " …");
            ApiResponse answer =
                    api.call("DELETE", ClientCommands.container(name) + "?wait=10min" + (purge ? "&purge=true" : ""));
            String outcome = answer.body().path("outcome").asText();
            if (!outcome.equals("completed")) {
                throw new UserError(name + " is not removed: " + outcome + " "
                        + answer.body().path("reason").asText() + "; no file was removed");
            }
        }
    }

    private boolean isRemoved(String root, List<Path> files) {
        return purge || files.stream().anyMatch(Path.of(root)::startsWith);
    }

    private void show(List<JsonNode> containers, List<Path> files) {
        Output.line("Containers to stop and remove:" + (containers.isEmpty() ? " none" : ""));
        for (JsonNode container : containers) {
            String root = container.at("/spec/root").asText();
            Output.line("  " + container.path("name").asText() + " on "
                    + container.path("host").asText("no host")
                    + (root.isEmpty()
                            ? ""
                            : ", its root " + root + (isRemoved(root, files) ? " as well" : " is kept")));
        }
        Output.line("Files and folders to remove:");
        files.forEach(file -> Output.line("  " + file));
    }
}
