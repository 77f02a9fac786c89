package io.hatchery.acceptance.nix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hatchery.acceptance.fixture.Api;
import io.hatchery.acceptance.fixture.CacheProxy;
import io.hatchery.acceptance.fixture.Installation;
import io.hatchery.acceptance.fixture.Nixpkgs;
import io.hatchery.acceptance.fixture.ProcessResult;
import io.hatchery.acceptance.fixture.RecordedMessages;
import io.hatchery.acceptance.fixture.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A host with its own store fetches systems from the gateway's cache, or reports why it cannot. */
class ClosureTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static Installation installation;
    private static CacheProxy way;
    private static Api api;

    @BeforeAll
    static void up() {
        installation = Nixpkgs.installation();
        way = CacheProxy.to(Integer.parseInt(installation.environment().get("HATCHERY_GATEWAY_PORT")));
        installation.withRunnerAfter("mkdir -p " + store() + "/nix /nix; mount --bind " + store() + "/nix /nix");
        installation.environment().put("HATCHERY_RUNNER_NIX_CACHES", "http://127.0.0.1:" + way.port() + "/nix-cache");
        installation.environment().put("HATCHERY_RUNNER_NIX_KEYS", key().toString());
        installation.environment().put("HATCHERY_RUNNER_NIX_TOKEN_FILE", token().toString());
        Installation.running(installation);
        api = installation.api();
    }

    @AfterAll
    static void down() {
        RecordedMessages.assertValid(installation);
        way.end();
        installation.close();
        Nixpkgs.collectGarbage();
    }

    private static Path store() {
        return installation.data().resolve("host-store");
    }

    private static Path key() {
        return installation.data().resolve("nix-cache.pub");
    }

    private static Path token() {
        return installation.data().resolve("nix-cache.token");
    }

    private static Path cache() {
        return installation.data().resolve("nix-cache");
    }

    private static String build(String name, String text) {
        var options = JSON.createObjectNode()
                .put("root", installation.roots().resolve(name).toString())
                .put("config", "{ environment.etc.x.text = \"" + text + "\"; }");
        Api.Answer answer = api.put("/v1/containers/" + name + "?wait=2min", options.toString());
        assertThat(answer.status()).as("%s", answer.body()).isIn(200, 201);
        return answer.at("/spec/payload/path").asText();
    }

    private static boolean isOnTheHost(String path) {
        var builder = new ProcessBuilder("nix-store", "--store", store().toString(), "--check-validity", path);
        builder.environment().put("NIX_CONFIG", Nixpkgs.CONFIG);
        return ProcessResult.toEnd(builder).code() == 0;
    }

    private static List<JsonNode> fetched(String name) {
        return api.get("/v1/events?limit=1000&container=" + name)
                .at("/items")
                .valueStream()
                .map(item -> item.path("event"))
                .filter(event -> event.path("type").asText().equals("fetching"))
                .toList();
    }

    private static void restartRunner(String variable, String value) {
        installation.environment().put(variable, value);
        installation.end(Service.RUNNER);
        installation.start(Service.RUNNER);
    }

    /** The archive of a system in the cache. */
    private static Path archiveOf(String system) throws IOException {
        String hash = Path.of(system).getFileName().toString().substring(0, 32);
        String url = Files.readAllLines(cache().resolve(hash + ".narinfo")).stream()
                .filter(line -> line.startsWith("URL: "))
                .map(line -> line.substring(5))
                .findFirst()
                .orElseThrow();
        return cache().resolve(url);
    }

    @Test
    void systemIsFetchedWithItsClosure() {
        String system = build("t-travels", "far");
        api.completes("start", "t-travels");
        assertThat(isOnTheHost(system)).isTrue();
        long leader = api.container("t-travels").at("/status/leader").asLong();
        assertThat(Path.of("/proc/" + leader + "/root/etc/x")).hasContent("far");
        JsonNode last = fetched("t-travels").getLast();
        assertThat(last.path("path").asText()).isEqualTo(system);
        assertThat(last.path("paths").asInt())
                .isPositive()
                .isEqualTo(last.path("pathsExpected").asInt());
        assertThat(last.path("bytes").asLong()).isPositive();
        assertThat(installation
                        .hatchery("events", "--container", "t-travels")
                        .orFail()
                        .out())
                .contains("fetching " + system);
    }

    @Test
    void unreachableCacheStopsNoContainer() {
        build("t-away", "before");
        api.completes("start", "t-away");
        way.close();
        String system = build("t-away", "after");
        JsonNode waiting =
                api.await("t-away", c -> c.at("/status/reason").asText().contains("cannot be fetched"));
        assertThat(waiting.at("/status/phase").asText()).isEqualTo("running");
        assertThat(waiting.at("/status/outdated").asBoolean()).isTrue();
        assertThat(waiting.at("/status/reason").asText()).contains("it is tried again in");
        way.open();
        JsonNode after = api.await(
                "t-away",
                c -> c.at("/status/generation").asInt() == 2
                        && c.at("/status/phase").asText().equals("running"));
        assertThat(after.at("/status/reason").isMissingNode()).isTrue();
        assertThat(isOnTheHost(system)).isTrue();
    }

    @Test
    void startWaitsForASlowCacheAndStopCancelsIt() {
        way.hold();
        try {
            build("t-slow", "slow");
            Api.Answer start = api.post("/v1/containers/t-slow/start");
            api.await("t-slow", "preparing");
            api.completes("stop", "t-slow");
            assertThat(api.outcome(start.at("/id").asText()).path("outcome").asText())
                    .isEqualTo("superseded");
            start = api.post("/v1/containers/t-slow/start");
            way.open();
            assertThat(api.outcome(start.at("/id").asText()).path("outcome").asText())
                    .isEqualTo("completed");
        } finally {
            way.open();
        }
    }

    @Test
    void corruptArchiveIsRefused() {
        way.corrupt();
        try {
            String system = build("t-corrupt", "whole");
            api.post("/v1/containers/t-corrupt/start");
            JsonNode waiting =
                    api.await("t-corrupt", c -> c.at("/status/reason").asText().contains("cannot be fetched"));
            assertThat(waiting.at("/status/phase").asText()).isEqualTo("preparing");
            assertThat(isOnTheHost(system)).isFalse();
        } finally {
            way.open();
        }
        api.await("t-corrupt", "running");
    }

    @Test
    void unsignedSystemIsNotStarted() throws IOException {
        String other = "other-1:" + Base64.getEncoder().encodeToString(new byte[32]);
        restartRunner("HATCHERY_RUNNER_NIX_KEYS", other);
        try {
            String system = build("t-unsigned", "unsigned");
            JsonNode outcome = api.command("start", "t-unsigned");
            assertThat(outcome.path("outcome").asText()).isEqualTo("failed");
            assertThat(outcome.path("reason").asText())
                    .contains(system + " cannot be fetched", "is not signed by any of the keys");
            assertThat(isOnTheHost(system)).isFalse();
        } finally {
            restartRunner("HATCHERY_RUNNER_NIX_KEYS", key().toString());
        }
        api.completes("start", "t-unsigned");
    }

    @Test
    void garbageCollectionKeepsSystemsOfContainers() {
        String system = build("t-collected", "kept");
        api.completes("start", "t-collected");
        var collector = new ProcessBuilder("nix-store", "--store", store().toString(), "--gc");
        collector.environment().put("NIX_CONFIG", Nixpkgs.CONFIG);
        ProcessResult.toEnd(collector).orFail();
        assertThat(isOnTheHost(system)).isTrue();
        api.completes("restart", "t-collected");
        api.delete("/v1/containers/t-collected?wait=60s");
        ProcessResult.toEnd(collector).orFail();
        assertThat(isOnTheHost(system)).isFalse();
    }

    @Test
    void cacheServesRangesToClientsWithToken() throws Exception {
        String system = build("t-read", "read");
        String archive = "/nix-cache/nar/" + archiveOf(system).getFileName();
        assertThat(fetch(archive, null, null).statusCode()).isEqualTo(401);
        String basic = "Basic "
                + Base64.getEncoder()
                        .encodeToString(("x:" + Files.readString(token()).strip()).getBytes(StandardCharsets.UTF_8));
        byte[] whole = Files.readAllBytes(archiveOf(system));
        assertThat(fetch(archive, basic, null).body()).isEqualTo(whole);
        var part = fetch(archive, "Bearer " + api.token(), "bytes=5-9");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(java.util.Arrays.copyOfRange(whole, 5, 10));
        assertThat(new String(fetch("/nix-cache/nix-cache-info", basic, null).body(), StandardCharsets.UTF_8))
                .contains("StoreDir: /nix/store");
        assertThat(fetch("/nix-cache/none.narinfo", basic, null).statusCode()).isEqualTo(404);
        assertThat(fetch("/nix-cache/../admin.token", basic, null).statusCode()).isIn(401, 404);
        assertThat(fetch("/nix-cache/%2e%2e/admin.token", basic, null).statusCode())
                .isIn(401, 404);
        var write = HttpRequest.newBuilder(URI.create(api.base() + "/nix-cache/x"))
                .header("Authorization", basic)
                .PUT(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertThat(api.http().send(write, BodyHandlers.discarding()).statusCode())
                .isEqualTo(405);
    }

    private static java.net.http.HttpResponse<byte[]> fetch(String path, String authorization, String range)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(api.base() + path));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        if (range != null) {
            request.header("Range", range);
        }
        return api.http().send(request.build(), BodyHandlers.ofByteArray());
    }

    @Test
    void hostWithoutNixNamesThePackageToInstall() {
        installation.withRunnerAfter("mkdir -p " + store() + "/nix /nix; mount --bind " + store() + "/nix /nix;"
                + " mount --bind /dev/null /usr/bin/nix-store");
        restartRunner("HATCHERY_RUNNER_HEARTBEAT", "1s");
        try {
            build("t-nixless", "nixless");
            assertThat(api.command("start", "t-nixless").path("reason").asText())
                    .contains("no Nix to fetch it with: install Nix");
        } finally {
            installation.withRunnerAfter("mkdir -p " + store() + "/nix /nix; mount --bind " + store() + "/nix /nix");
            restartRunner("HATCHERY_RUNNER_HEARTBEAT", "1s");
        }
    }
}
