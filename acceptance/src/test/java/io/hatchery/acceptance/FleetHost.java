package io.hatchery.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
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
    /** A command that does nothing until it is asked to end. */
    static final String IDLE =
            "\"command\": [\"/bin/sh\", \"-c\", \"trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done\"]";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String name;
    private final Path fleet;
    private final Api api;

    FleetHost(String name, Path fleet, Api api) {
        this.name = name;
        this.fleet = fleet;
        this.api = api;
    }

    String name() {
        return name;
    }

    /** Its address in the network that the hosts share. */
    String address() {
        return "10.88.0.1" + name.substring(1);
    }

    /** A path on the host, as it is found from here. */
    Path at(String path) {
        return fleet.resolve(name).resolve(path.substring(1));
    }

    /** Runs a command on the host to its end. */
    ProcessResult run(String... command) {
        var all = new ArrayList<>(List.of(
                Installation.REPOSITORY.resolve("acceptance/fleet").toString(),
                "--folder",
                fleet.toString(),
                "enter",
                name));
        all.addAll(List.of(command));
        return ProcessResult.toEnd(new ProcessBuilder(all));
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
        ProcessResult _ = run("systemctl", "reboot");
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
            ProcessResult.toEnd(new ProcessBuilder("ip", "-n", network, "link", "set", name, state))
                    .orFail();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the runner is heard of, by the process that it is now. */
    void awaitRunner() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            JsonNode status = api.get("/v1/hosts/" + name).body();
            String pid = systemctl("show", "hatchery-runner", "-p", "MainPID", "--value");
            return status.path("state").asText().equals("ready")
                    && status.path("bootId").asText().equals(bootId())
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

    /** Defines a container of this host: options in JSON without their braces, {@code root} and what it runs among them. */
    void define(String container, String options) {
        Api.Answer _ = api.define(container, "{\"host\": \"" + name + "\", " + options + "}");
    }

    /** Defines a container of this host that idles in a root of its own, with further options or none. */
    void defineIdle(String container, String... options) {
        define(container, "\"root\": \"" + busybox(container) + "\", " + join(IDLE, options));
    }

    /** Defines such a container, and starts it. */
    void startIdle(String container, String... options) {
        defineIdle(container, options);
        JsonNode _ = api.completes("start", container);
    }

    private static String join(String first, String... others) {
        return others.length == 0 ? first : first + ", " + String.join(", ", others);
    }

    /** Nothing of a container that has been stopped is left here. */
    void assertGone(String container) {
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(says("machinectl", "list", "--no-legend")).as("machines").doesNotContain(container + " ");
            assertThat(says("find", "/sys/fs/cgroup", "-name", "container-" + container + ".service"))
                    .as("cgroups")
                    .isEmpty();
            assertThat(says("ip", "-br", "link")).as("interfaces").doesNotContain("-" + container + "@");
        });
    }

    /** What a command says that machinectl(1) shell runs in a container; its input stays open, for its end would end the command. */
    String shellSays(String container, String command) {
        return says("sh", "-c", "sleep 2 | machinectl --quiet shell " + container + " " + command);
    }

    /** Runs a command in the network of a running container. */
    ProcessResult inNetworkOf(String container, String... command) {
        String leader = api.container(container).at("/status/leader").asText();
        var all = new ArrayList<>(List.of("nsenter", "-t", leader, "-n"));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    /** The same with an init of its own, a shell script without its first line. */
    String busybox(String container, String init) {
        String root = "/srv/" + container;
        Path _ = Roots.busybox(at(root), init);
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
