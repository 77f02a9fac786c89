package io.hatchery.acceptance.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.HostState;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.Roots;
import io.hatchery.acceptance.fixture.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A machine joins the fleet with a token that works once, and a removed host has no rights. */
class JoinTest {
    private static Installation installation;
    private static Api api;

    @BeforeAll
    static void up() {
        installation = Installation.running();
        api = installation.api();
    }

    @AfterAll
    static void down() {
        installation.close();
    }

    private static String added(String... arguments) {
        var all = new String[arguments.length + 2];
        all[0] = "host";
        all[1] = "add";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        String printed = installation.hatchery(all).orFail().out();
        assertThat(printed).contains("The token works once.");
        return printed.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("hatchery join "))
                .findFirst()
                .orElseThrow()
                .replaceFirst("hatchery join \\S+ ", "");
    }

    private static ProcessResult join(String token, Path folder) {
        return installation.hatchery("join", api.base(), token, "--folder", folder.toString());
    }

    private static Path folder(String name) throws IOException {
        return Files.createDirectories(installation.data().resolve("etc-" + name));
    }

    @Test
    void machineJoinsRunsContainersAndIsRemoved() throws Exception {
        String token = added("joined");
        Path etc = folder("joined");
        Files.writeString(etc.resolve("runner.properties"), "host.labels=zone=north\n");
        ProcessResult joined = join(token, etc).orFail();
        assertThat(joined.out()).contains("This machine is host joined.");
        Path runtime =
                installation.runtime().resolveSibling(installation.runtime().getFileName() + "-j");
        Path data = folder("joined-data");
        var builder = installation.launcher(
                "runner", "--config", etc.resolve("runner.properties").toString());
        builder.environment().remove("HATCHERY_HOST");
        builder.environment().put("HATCHERY_RUNTIME", runtime.toString());
        builder.environment().put("HATCHERY_DATA", data.toString());
        Process runner = builder.redirectErrorStream(true)
                .redirectOutput(data.resolve("runner.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            api.get("/v1/hosts/joined").at("/state").asText().equals("ready"));
            assertThat(api.get("/v1/hosts/joined").at("/labels/zone").asText()).isEqualTo("north");
            Path root = Roots.busybox(installation.roots().resolve("t-joined"));
            api.define("t-joined", Samples.sleeper(root).replaceFirst("\\{", "{\"host\": \"joined\", "));
            api.completes("start", "t-joined");
            assertThat(api.container("t-joined").at("/status/host").asText()).isEqualTo("joined");
            api.completes("stop", "t-joined");

            String removed =
                    installation.hatchery("host", "remove", "joined").orFail().out();
            assertThat(removed).contains("joined: removed from the fleet, with Kafka user hatchery-runner-joined");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> api.get("/v1/hosts/joined").status() == 404);
            // Its runner still runs, and what it writes is refused.
            assertThat(runner.isAlive()).isTrue();
            Thread.sleep(3_000);
            assertThat(api.get("/v1/hosts/joined").status()).isEqualTo(404);
        } finally {
            runner.destroyForcibly().onExit().join();
            HostState.containersOf(runtime).forEach(HostState::destroy);
            HostState.unmountBelow(runtime);
            HostState.delete(runtime);
        }
    }

    @Test
    void tokenWorksOnce() throws Exception {
        String token = added("once");
        join(token, folder("once-1")).orFail();
        ProcessResult again = join(token, folder("once-2"));
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("it was used already").contains("hatchery host add once");
        assertThat(folder("once-2")).isEmptyDirectory();
    }

    @Test
    void expiredReplacedAndForeignTokensAreRefused() throws Exception {
        String expiring = added("late", "--ttl", "1s");
        Thread.sleep(1_500);
        assertThat(join(expiring, folder("late")).err()).contains("it expired at");
        String replaced = added("late", "--replace");
        String last = added("late", "--replace");
        assertThat(join(replaced, folder("late")).err()).contains("it is not the last one that was made for this host");
        assertThat(join(last.substring(0, last.length() - 3), folder("late")).err())
                .contains("this is not a join token");
        assertThat(join(last, folder("late")).code()).isZero();
        assertThat(installation.hatchery("host", "add", "late").err())
                .contains("there is a host late already")
                .contains("--replace");
    }

    @Test
    void topicsHoldNoSecretOfAJoinToken() throws Exception {
        String token = added("hidden");
        String password = Files.readString(
                        installation.data().resolve("users/hatchery-runner-hidden/record-keys.properties"))
                .lines()
                .filter(line -> line.startsWith("1.report="))
                .findFirst()
                .orElseThrow()
                .substring("1.report=".length());
        String topic = installation
                .kcat(new byte[0], "-C", "-e", "-t", "hatchery.access", "-f", "%k %s\n")
                .orFail()
                .out();
        assertThat(topic).contains("join/hidden").doesNotContain(password).doesNotContain(token);
        join(token, folder("hidden")).orFail();
        assertThat(Files.readString(folder("hidden").resolve("record-keys.properties")))
                .contains(password);
    }
}
