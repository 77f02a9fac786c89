package io.hatchery.acceptance.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs docker-compose.yml on a dockerd of this test, with images that the test builds because it cannot pull any. */
class ComposeTest {
    private static final Path DOCKER = Path.of("src/test/docker").toAbsolutePath();
    /** Bit 24 of a capability set (linux/capability.h); privileged containers need it. */
    private static final int CAP_SYS_RESOURCE = 24;

    private final Path folder = createFolder();
    private final Path runtime =
            Path.of("/run/ht-" + UUID.randomUUID().toString().substring(0, 6));
    private final Map<String, String> environment = new TreeMap<>();
    private Process dockerd;

    private static Path createFolder() {
        try {
            return Files.createTempDirectory("hatchery-compose-");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeEach
    void begin() throws Exception {
        String socket = "unix://" + folder.resolve("docker.sock");
        dockerd = new ProcessBuilder(
                        "dockerd",
                        "--data-root",
                        folder.resolve("docker").toString(),
                        "--exec-root",
                        folder.resolve("exec").toString(),
                        "--pidfile",
                        folder.resolve("docker.pid").toString(),
                        "--host",
                        socket,
                        "--storage-driver",
                        "overlay2",
                        "--bridge=none",
                        "--iptables=false",
                        "--ip-masq=false")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("dockerd.log").toFile())
                .start();
        environment.put("DOCKER_HOST", socket);
        environment.put("HATCHERY_PASSWORD", UUID.randomUUID().toString());
        environment.put("HATCHERY_HOST", Installation.HOST);
        environment.put("HATCHERY_RUNTIME", runtime.toString());
        environment.put("HATCHERY_ROOTS", folder.resolve("roots").toString());
        environment.put("HATCHERY_RUNNER_DATA", folder.resolve("runner").toString());
        try (var one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("HATCHERY_GATEWAY_PORT", String.valueOf(one.getLocalPort()));
            environment.put("HATCHERY_KAFKA_PORT", String.valueOf(two.getLocalPort()));
        }
        Files.createDirectories(folder.resolve("roots"));
        environment.put(
                "HATCHERY_POLICY",
                Files.createDirectories(folder.resolve("policy")).toString());
        Files.writeString(
                folder.resolve("policy/policy.yaml"), "allow: {rootPrefixes: [" + folder.resolve("roots") + "]}\n");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> run("docker", "version").code() == 0);
    }

    @AfterEach
    void end() throws Exception {
        compose("down", "--volumes", "--timeout", "20");
        for (String container : HostState.containersOf(runtime)) {
            HostState.destroy(container);
        }
        dockerd.destroy();
        if (!dockerd.waitFor(60, java.util.concurrent.TimeUnit.SECONDS)) {
            dockerd.destroyForcibly();
        }
        HostState.unmountBelow(folder);
        HostState.delete(runtime);
        HostState.delete(folder);
    }

    private ProcessResult run(String... command) {
        var builder = new ProcessBuilder(command).directory(Installation.REPOSITORY.toFile());
        builder.environment().putAll(environment);
        return ProcessResult.toEnd(builder);
    }

    private ProcessResult compose(String... arguments) {
        var command = new ArrayList<>(List.of("docker-compose", "-p", "hatchery-test", "-f", "docker-compose.yml"));
        if (!hasSysResource()) {
            command.addAll(List.of("-f", DOCKER.resolve("few-capabilities.yml").toString()));
        }
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private static boolean hasSysResource() {
        try {
            String bounding = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("CapBnd:"))
                    .findFirst()
                    .orElseThrow()
                    .split("\\s+")[1];
            return (Long.parseUnsignedLong(bounding, 16) >>> CAP_SYS_RESOURCE & 1) == 1;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void shell(String script) {
        run("bash", "-euo", "pipefail", "-c", script).orFail();
    }

    private void makeImages() {
        System.out.println("Making the images that cannot be pulled …");
        shell(
                "mmdebstrap --quiet --variant=minbase --include=systemd-container bookworm - | docker import - debian:bookworm-slim");
        Path jdk = Path.of(System.getProperty("java.home"));
        shell("tar -C '" + jdk.getParent() + "' -c --exclude=src.zip --exclude=jmods --transform 's,^"
                + jdk.getFileName() + ",opt/java/openjdk,' '" + jdk.getFileName()
                + "' | docker import - eclipse-temurin:25-jre");
        Path context = folder.resolve("kafka");
        shell("mkdir '" + context + "' && cp '" + DOCKER.resolve("run-kafka") + "' '"
                + DOCKER.resolve("kafka.Dockerfile") + "' '" + context + "' && cp -r app/target/lib '" + context
                + "/lib'");
        run(
                        "docker",
                        "build",
                        "-q",
                        "-t",
                        "apache/kafka:4.1.0",
                        "-f",
                        context + "/kafka.Dockerfile",
                        context.toString())
                .orFail();
    }

    private void awaitHealthy(int services) {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    String listed = run("docker", "ps", "--format", "{{.Names}} {{.Status}}")
                            .out();
                    assertThat(listed.lines()
                                    .filter(line -> line.contains("(healthy)"))
                                    .count())
                            .as(listed)
                            .isEqualTo(services);
                });
    }

    @Test
    void containerSurvivesTheCrashOfEachService() {
        makeImages();
        ProcessResult up = compose("up", "--build", "--detach");
        assertThat(up.code()).as("%s%s", up.out(), up.err()).isZero();
        awaitHealthy(4);
        String token = compose("exec", "-T", "gateway", "cat", "/var/lib/hatchery/admin.token")
                .orFail()
                .out()
                .strip();
        for (String service : List.of("gateway-1", "config-service-1", "runner-" + Installation.HOST)) {
            assertThat(compose(
                                    "exec",
                                    "-T",
                                    service.replaceAll("-(1|" + Installation.HOST + ")$", ""),
                                    "cat",
                                    "/var/lib/hatchery/client.properties")
                            .orFail()
                            .out())
                    .contains("username=\"hatchery-" + service + "\"")
                    .doesNotContain(environment.get("HATCHERY_PASSWORD"));
        }
        for (String service : List.of("gateway", "config-service")) {
            assertThat(compose(
                                    "exec",
                                    "-T",
                                    service,
                                    "sh",
                                    "-c",
                                    "id -un; grep -E '^(CapBnd|NoNewPrivs)' /proc/1/status")
                            .orFail()
                            .out()
                            .lines())
                    .as(service)
                    .containsExactly("hatchery", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1");
        }
        var api = new Api("http://127.0.0.1:" + environment.get("HATCHERY_GATEWAY_PORT"), token);
        Path root = Roots.busybox(folder.resolve("roots/docked"));
        api.define("t-docked", Samples.sleeper(root));
        api.completes("start", "t-docked");
        long supervisor = HostState.supervisors("t-docked").getFirst();

        for (String service : List.of("runner", "gateway", "config-service", "kafka")) {
            compose("kill", "-s", "SIGKILL", service).orFail();
            assertThat(HostState.supervisors("t-docked"))
                    .as("after the death of " + service)
                    .containsExactly(supervisor);
            compose("start", service).orFail();
            awaitHealthy(4);
        }

        JsonNode container = api.await("t-docked", "running");
        assertThat(HostState.members("t-docked"))
                .contains(container.at("/status/leader").asLong());
        assertThat(api.command("stop", "t-docked").path("stoppedBy").asText()).isEqualTo("halted");
        HostState.assertGone("t-docked", root);
        ProcessResult down = compose("down", "--volumes");
        assertThat(down.code()).as(down.err()).isZero();
        assertThat(new File("/proc/" + supervisor)).doesNotExist();
    }
}
