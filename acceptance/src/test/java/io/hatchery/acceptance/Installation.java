package io.hatchery.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hatchery as an operator has it: each service its own process, from the launcher, with a data folder of its own. */
final class Installation implements AutoCloseable {
    static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    static final String HOST = "testhost";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final Path runtime;
    private final int gatewayPort;
    private final Map<String, String> environment = new TreeMap<>();
    private final Map<Service, Long> logBegins = new EnumMap<>(Service.class);
    private final Map<Service, Process> processes = new EnumMap<>(Service.class);
    private List<String> around = List.of();
    private List<String> aroundRunner = List.of();
    private @Nullable Api api;

    private Installation(Path folder) throws IOException {
        this.folder = folder;
        this.runtime = Path.of("/run/ht-" + UUID.randomUUID().toString().substring(0, 6));
        try (var one = port();
                var two = port();
                var three = port()) {
            gatewayPort = one.getLocalPort();
            environment.put("HATCHERY_GATEWAY_PORT", String.valueOf(gatewayPort));
            environment.put("HATCHERY_BROKER_PORT", String.valueOf(two.getLocalPort()));
            environment.put("HATCHERY_BROKER_CONTROLLER_PORT", String.valueOf(three.getLocalPort()));
        }
        environment.put("HATCHERY_DATA", data().toString());
        environment.put("HATCHERY_RUNTIME", runtime.toString());
        environment.put("HATCHERY_HOST", HOST);
        environment.put("HATCHERY_RUNNER_ROOT_PREFIXES", roots().toString());
        environment.put("HATCHERY_RUNNER_HEARTBEAT", "1");
        environment.put("HATCHERY_RUNNER_CONSOLE_BYTES", "65536");
    }

    private static ServerSocket port() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** Nothing of it runs yet. */
    static Installation create() {
        try {
            return new Installation(Files.createTempDirectory("hatchery-test-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of it runs and is ready. */
    static Installation running() {
        return running(create());
    }

    /** The same, with a runner in a mount namespace of its own that a shell script has changed first. */
    static Installation running(String mounts) {
        return running(create().withRunnerAfter(mounts));
    }

    /** Has a runner in a mount namespace of its own that a shell script has changed first. */
    Installation withRunnerAfter(String mounts) {
        aroundRunner = List.of("unshare", "--mount", "sh", "-ec", mounts + "; exec \"$0\" \"$@\"");
        return this;
    }

    /** One whose processes, kcat among them, are begun through another program: to be in a network namespace, for instance. */
    static Installation createWithin(List<String> around, List<String> aroundRunner) {
        Installation installation = create();
        installation.around = around;
        installation.aroundRunner = aroundRunner;
        return installation;
    }

    /** That one, all of it running and ready. */
    static Installation running(Installation installation) {
        try {
            for (Service service : Service.values()) {
                installation.start(service);
            }
            return installation;
        } catch (RuntimeException | AssertionError e) {
            installation.close();
            throw e;
        }
    }

    Path data() {
        return folder.resolve("data");
    }

    Path runtime() {
        return runtime;
    }

    /** Where tests put the roots of their containers. */
    Path roots() {
        return folder.resolve("roots");
    }

    Map<String, String> environment() {
        return environment;
    }

    Api api() {
        if (api == null) {
            try {
                api = new Api(
                        "http://127.0.0.1:" + gatewayPort,
                        Files.readString(data().resolve("admin.token")).strip());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return api;
    }

    /** Starts one and waits until it says that it is ready. */
    void start(Service service) {
        begin(service);
        awaitReady(service);
    }

    /** Starts one and does not wait. */
    void begin(Service service) {
        try {
            Files.createDirectories(data());
            File log = log(service).toFile();
            logBegins.put(service, log.length());
            ProcessBuilder builder = launcher(service.command());
            if (service == Service.RUNNER) {
                builder.command().addAll(around.size(), aroundRunner);
            }
            processes.put(
                    service,
                    builder.redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady(Service service) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(process(service).isAlive())
                    .as("%s ended: %s", service.command(), said(service))
                    .isTrue();
            return said(service).contains(service.command() + " is ready");
        });
    }

    Path log(Service service) {
        return folder.resolve(service.command() + ".log");
    }

    /** What it has printed since its last start. */
    String said(Service service) {
        try {
            return new String(Files.readAllBytes(log(service)), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .substring(logBegins.get(service).intValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Process process(Service service) {
        return processes.get(service);
    }

    /** SIGKILL, and waits until it is gone. */
    void killHard(Service service) {
        try {
            assertThat(process(service).destroyForcibly().waitFor(10, TimeUnit.SECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM, and waits until it has ended. */
    void end(Service service) {
        process(service).destroy();
        try {
            assertThat(process(service).waitFor(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The launcher with arguments, not yet started. */
    ProcessBuilder launcher(String... arguments) {
        var command = new java.util.ArrayList<>(around);
        command.add(REPOSITORY.resolve("hatchery").toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        return builder;
    }

    /** Runs the launcher to its end. */
    ProcessResult hatchery(String... arguments) {
        return ProcessResult.toEnd(launcher(arguments));
    }

    /** kcat with the configuration that the broker wrote. */
    ProcessResult kcat(byte[] input, String... arguments) {
        var command = new java.util.ArrayList<>(around);
        command.addAll(List.of("kcat", "-q", "-F", data().resolve("kcat.conf").toString()));
        command.addAll(List.of(arguments));
        return ProcessResult.toEnd(new ProcessBuilder(command), input);
    }

    /** A failed test is understood by what the services said. */
    private void keepLogs() {
        try {
            Path kept = Files.createDirectories(Path.of("target/logs").resolve(folder.getFileName()));
            for (Service service : processes.keySet()) {
                Files.copy(log(service), kept.resolve(log(service).getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends everything that was started and removes everything that was made, whatever state it is in. */
    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
        processes.values().forEach(process -> process.onExit().join());
        keepLogs();
        for (String container : AcceptanceTestBase.containersOf(runtime)) {
            AcceptanceTestBase.destroy(container);
        }
        AcceptanceTestBase.unmountBelow(folder);
        AcceptanceTestBase.unmountBelow(runtime);
        AcceptanceTestBase.delete(runtime);
        AcceptanceTestBase.delete(folder);
    }
}
