package io.hatchery.acceptance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A whole systemd host of a fleet, as someone who has a shell on it uses it. */
final class FleetHost {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String name;
    private final Path fleet;

    FleetHost(String name, Path fleet) {
        this.name = name;
        this.fleet = fleet;
    }

    String name() {
        return name;
    }

    /** A path on the host, as it is found from here. */
    Path at(String path) {
        return fleet.resolve(name).resolve(path.substring(1));
    }

    /** Runs a command on the host to its end. */
    Ran run(String... command) {
        var all = new ArrayList<>(List.of(
                Installation.REPOSITORY.resolve("acceptance/fleet").toString(),
                "--folder",
                fleet.toString(),
                "enter",
                name));
        all.addAll(List.of(command));
        return Ran.toEnd(new ProcessBuilder(all));
    }

    /** What a command says that goes well. */
    String says(String... command) {
        return run(command).orFail().out().strip();
    }

    /** systemctl(1), which goes well. */
    String systemctl(String... arguments) {
        var command = new ArrayList<>(List.of("systemctl"));
        command.addAll(List.of(arguments));
        return says(command.toArray(String[]::new));
    }

    /** What systemctl(1) calls the state of a container's unit. */
    String isActive(String container) {
        return run("systemctl", "is-active", "container-" + container).out().strip();
    }

    /** systemctl(1) reboot; returns when the host is up again. */
    void reboot() {
        String boot = bootId();
        Ran _ = run("systemctl", "reboot");
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> Files.exists(fleet.resolve(name + ".pid"))
                        && !bootId().equals(boot)
                        && run("systemctl", "is-system-running").out().matches("(?s)(running|degraded).*"));
    }

    private String bootId() {
        return says("cat", "/proc/sys/kernel/random/boot_id");
    }

    /** Takes the host out of the network that it shares with the others, until this is closed. */
    Partition partition() {
        try {
            Files.createFile(cut());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        link("down");
        return this::heal;
    }

    /** A host without the others. */
    interface Partition extends AutoCloseable {
        @Override
        void close();
    }

    private void heal() {
        try {
            Files.delete(cut());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        link("up");
    }

    private Path cut() {
        return fleet.resolve(name + ".cut");
    }

    private void link(String state) {
        try {
            String network = "hf-" + Files.readString(fleet.resolve("id")).strip();
            Ran.toEnd(new ProcessBuilder("ip", "-n", network, "link", "set", name, state))
                    .orFail();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the runner is heard of, by the process that it is now. */
    void awaitRunner(Api api) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            JsonNode status = api.get("/v1/hosts/" + name).body();
            String pid = systemctl("show", "hatchery-runner", "-p", "MainPID", "--value");
            return status.path("state").asText().equals("ready")
                    && status.path("pid").asText().equals(pid);
        });
    }

    /** The package that was installed. */
    String debianPackage() {
        return says("sh", "-c", "ls /root/hatchery-runner_*.deb");
    }

    /** A root with busybox in it, on the host. */
    String busybox(String container) {
        String root = "/srv/" + container;
        Path _ = Roots.busybox(at(root));
        return root;
    }

    /** A failed test is understood by what the host said. */
    void keepJournal() {
        try {
            Files.writeString(
                    Files.createDirectories(Path.of("target/logs")).resolve(fleet.getFileName() + "-" + name + ".log"),
                    run("journalctl", "--no-pager", "-b").out());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
